import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import type { WellLookup } from '#pipelines/admit/wellDirectory.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { createPool } from './pool.js';
import { workerRole } from './tenantNames.js';
import { createWellDirectory, type FreshWellDirectory, type WellDirectoryOptions } from './wellDirectory.js';

interface Stage {
  readonly owner: Pool;
  readonly directory: FreshWellDirectory;
  readonly clock: { nowMs: number };
  /** Queries of the directory so far. */
  readonly queries: () => number;
}

/** Tenant `acme` with site `s` and well `W1`; the directory under the workers' role, its clock by hand. */
async function setup(t: ExecutionContext, options: WellDirectoryOptions = {}): Promise<Stage> {
  const { url } = await testDatabase(t, { template: migrated });
  const owner = createPool({ databaseUrl: url });
  const pool = createPool({ databaseUrl: url, role: workerRole });
  const clock = { nowMs: 1_000_000 };
  const directory = createWellDirectory(pool, { refreshMs: 0, nowMs: () => clock.nowMs, ...options });
  t.teardown(async () => {
    await directory.close();
    await Promise.all([owner.end(), pool.end()]);
  });
  let queries = 0;
  const query = pool.query.bind(pool);
  pool.query = ((...call: Parameters<typeof query>) => {
    queries += 1;
    return query(...call);
  }) as typeof pool.query;
  await createTenant(owner, { slug: 'acme', name: 'x', plan: 'enterprise' });
  await createSite(owner, { tenant: 'acme', name: 's' });
  await addWell(owner, 'W1');
  return { owner, directory, clock, queries: () => queries };
}

async function addWell(owner: Pool, name: string): Promise<void> {
  await createWell(owner, { tenant: 'acme', site: 's', name, liftType: 'esp' });
}

async function resolved(
  directory: FreshWellDirectory,
  well: string,
  tags: readonly string[] = [],
  tenant = 'acme',
): Promise<WellLookup> {
  await directory.resolve({ tenant, site: 's', well, tags });
  return directory.find(tenant, 's', well);
}

function known(t: ExecutionContext, lookup: WellLookup): WellRef {
  if (typeof lookup === 'string') throw new Error(`is ${lookup}`);
  t.is(typeof lookup.wellId, 'number');
  return lookup;
}

test('a well is known after it was resolved, with its tenant, site and plan', async (t) => {
  const { directory } = await setup(t);
  t.is(directory.find('acme', 's', 'W1'), 'unknown-tenant');
  const well = known(t, await resolved(directory, 'W1'));
  t.like(well, { site: 's', well: 'W1' });
  t.like(well.tenant, { slug: 'acme', schema: 't_acme', retentionDays: null, machineLearning: true });
  t.is(directory.find('acme', 's', 'W2'), 'unknown-well');
  t.is(directory.find('acme', 'z', 'W1'), 'unknown-well');
});

test('names that stay unknown are looked for once a second, whatever asks', async (t) => {
  const { directory, clock, queries } = await setup(t);
  await resolved(directory, 'W1');
  clock.nowMs += 1_000;
  const before = queries();
  for (let n = 0; n < 50; n += 1) t.is(await resolved(directory, 'W9'), 'unknown-well');
  for (let n = 0; n < 50; n += 1) t.is(await resolved(directory, 'W1', [], 'nobody'), 'unknown-tenant');
  t.is(queries() - before, 2);
  clock.nowMs += 999;
  await resolved(directory, 'W9');
  t.is(queries() - before, 2);
  clock.nowMs += 1;
  await resolved(directory, 'W9');
  await resolved(directory, 'W1', [], 'nobody');
  t.is(queries() - before, 4);
});

test('a well that was added is found by the next miss, and known wells keep their object', async (t) => {
  const { owner, directory, clock } = await setup(t);
  const before = known(t, await resolved(directory, 'W1'));
  await addWell(owner, 'W2');
  clock.nowMs += 1_000;
  known(t, await resolved(directory, 'W2'));
  t.is(directory.find('acme', 's', 'W1'), before);
});

test('a refresh sees a changed plan, a renamed well and a removed one', async (t) => {
  const { owner, directory } = await setup(t);
  await addWell(owner, 'W2');
  const before = known(t, await resolved(directory, 'W1'));
  await owner.query(`UPDATE balancin.tenant SET plan = 'basico'`);
  await owner.query(`UPDATE t_acme.well SET name = 'W1b' WHERE name = 'W1'`);
  await owner.query(`DELETE FROM t_acme.well WHERE name = 'W2'`);
  await directory.refresh();
  t.is(directory.find('acme', 's', 'W1'), 'unknown-well');
  t.is(directory.find('acme', 's', 'W2'), 'unknown-well');
  const after = known(t, directory.find('acme', 's', 'W1b'));
  t.is(after.wellId, before.wellId);
  t.like(after.tenant, { retentionDays: 365, machineLearning: false });
});

test('a tenant that moved to another cell is known no longer', async (t) => {
  const { owner, directory } = await setup(t);
  known(t, await resolved(directory, 'W1'));
  await owner.query(`UPDATE balancin.tenant SET cell = 'north'`);
  await directory.refresh();
  t.is(directory.find('acme', 's', 'W1'), 'unknown-tenant');
});

test('tags of the catalogue have ids at once, others get one, the same in every directory', async (t) => {
  const { owner, directory, queries } = await setup(t);
  const other = createWellDirectory(owner, { refreshMs: 0 });
  t.teardown(async () => await other.close());
  const { tenant } = known(t, await resolved(directory, 'W1'));
  t.true(directory.tagId(tenant, 'esp.pip') > 0);
  t.is(directory.tagId(tenant, 'x.new'), -1);
  known(t, await resolved(other, 'W1'));
  await Promise.all([
    resolved(directory, 'W1', ['esp.pip', 'x.new', 'x.newer']),
    resolved(other, 'W1', ['x.newer', 'x.new']),
  ]);
  const ids = ['x.new', 'x.newer'].map((tag) => directory.tagId(tenant, tag));
  t.true(ids.every((id) => id > 0));
  t.deepEqual(
    ['x.new', 'x.newer'].map((tag) => other.tagId(tenant, tag)),
    ids,
  );
  t.is(directory.tagName(tenant, ids[0] ?? 0), 'x.new');
  const before = queries();
  await resolved(directory, 'W1', ['x.new', 'x.newer']);
  t.is(queries(), before);
});

test('at the limit of a tenant, a new tag gets no id, is asked for once a second, and known ones go on', async (t) => {
  const { owner, directory, clock, queries } = await setup(t);
  const { tenant } = known(t, await resolved(directory, 'W1'));
  await owner.query(`UPDATE balancin.tenant SET tags_max = (SELECT count(*) + 1 FROM t_acme.tag)`);
  await resolved(directory, 'W1', ['x.first', 'x.second']);
  t.true(directory.tagId(tenant, 'x.first') > 0);
  t.is(directory.tagId(tenant, 'x.second'), -1);
  const before = queries();
  for (let n = 0; n < 20; n += 1) await resolved(directory, 'W1', ['x.first', 'x.second']);
  t.is(queries(), before);
  await owner.query(`UPDATE balancin.tenant SET tags_max = tags_max + 1`);
  clock.nowMs += 1_000;
  await resolved(directory, 'W1', ['x.second']);
  t.true(directory.tagId(tenant, 'x.second') > 0);
});

test('a name that cannot be a tag gets no id', async (t) => {
  const { directory } = await setup(t);
  const { tenant } = known(
    t,
    await resolved(directory, 'W1', ['', 'a\nb', 'y'.repeat(121), 'y'.repeat(120)]),
  );
  t.deepEqual(
    ['', 'a\nb', 'y'.repeat(121)].map((tag) => directory.tagId(tenant, tag)),
    [-1, -1, -1],
  );
  t.true(directory.tagId(tenant, 'y'.repeat(120)) > 0);
});

test('beyond its limit the directory forgets the tenant longest held, and reads it again on demand', async (t) => {
  const { owner, directory } = await setup(t, { tenantsMax: 2 });
  for (const slug of ['two', 'three']) {
    await createTenant(owner, { slug, name: 'x', plan: 'basico' });
    await createSite(owner, { tenant: slug, name: 's' });
    await createWell(owner, { tenant: slug, site: 's', name: 'W1', liftType: 'esp' });
  }
  for (const slug of ['acme', 'two', 'three']) known(t, await resolved(directory, 'W1', [], slug));
  t.is(directory.find('acme', 's', 'W1'), 'unknown-tenant');
  known(t, directory.find('two', 's', 'W1'));
  known(t, await resolved(directory, 'W1'));
  t.is(directory.find('two', 's', 'W1'), 'unknown-tenant');
});

test('a tenant is known only once its rows of the coming weeks have a partition', async (t) => {
  const { owner, directory, clock } = await setup(t);
  const end = `SELECT max(upper) AS end FROM balancin.time_partitions('t_acme', 'reading_1m')`;
  await owner.query(`DO $$ DECLARE p name; BEGIN
    FOR p IN SELECT partition FROM balancin.time_partitions('t_acme', 'reading_1m') WHERE upper > now() LOOP
      EXECUTE format('DROP TABLE t_acme.%I', p);
    END LOOP; END $$`);
  const endOf = async (): Promise<number> =>
    (await owner.query<{ end: Date }>(end)).rows[0]?.end.getTime() ?? 0;
  t.true((await endOf()) <= Date.now());
  known(t, await resolved(directory, 'W1'));
  t.true((await endOf()) > Date.now() + 45 * 86_400_000);
  // A worker that runs for months keeps on making them.
  await owner.query(`DO $$ DECLARE p name; BEGIN
    FOR p IN SELECT partition FROM balancin.time_partitions('t_acme', 'reading_1m') WHERE upper > now() LOOP
      EXECUTE format('DROP TABLE t_acme.%I', p);
    END LOOP; END $$`);
  clock.nowMs += 6 * 3_600_000;
  await directory.refresh();
  t.true((await endOf()) > Date.now() + 45 * 86_400_000);
});

test('without a database a miss says so, and what was known stays', async (t) => {
  const pool = createPool({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
  const directory = createWellDirectory(pool, { refreshMs: 0 });
  t.teardown(async () => {
    await directory.close();
    await pool.end();
  });
  await t.throwsAsync(resolved(directory, 'W1'), { code: 'DATABASE_UNAVAILABLE' });
  t.is(directory.find('acme', 's', 'W1'), 'unknown-tenant');
});
