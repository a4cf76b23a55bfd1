import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { createPool } from '#pipelines/database/pool.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createSite } from './createSite.js';
import { createTenant } from './createTenant.js';
import { createWell } from './createWell.js';
import { createKey } from './createKey.js';
import { revokeKey } from './revokeKey.js';
import { verifyKey } from './verifyKey.js';

async function setup(t: ExecutionContext): Promise<Pool> {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(async () => await pool.end());
  return pool;
}

async function actions(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT concat_ws(' ', action, tenant, subject) AS line FROM balancin.audit ORDER BY audit_id`,
  );
  return rows.map((row) => row.line);
}

test('a tenant comes with tables, the catalogue of tags and an audit row', async (t) => {
  const pool = await setup(t);
  await createTenant(pool, { slug: 'acme', name: 'Acme S.A.', plan: 'basico' });
  const { rows } = await pool.query(`SELECT unit FROM t_acme.tag WHERE tag = 'esp.pip'`);
  t.deepEqual(rows, [{ unit: 'kPa' }]);
  t.deepEqual(await actions(pool), ['tenant.create acme acme']);
});

test('a second tenant of a name is refused, and the first stays as it was', async (t) => {
  const pool = await setup(t);
  const first = await createTenant(pool, { slug: 'acme', name: 'One', plan: 'basico' });
  await t.throwsAsync(createTenant(pool, { slug: 'acme', name: 'Two', plan: 'enterprise' }), {
    code: 'ALREADY_EXISTS',
  });
  const { rows } = await pool.query('SELECT tenant_id, name FROM balancin.tenant');
  t.deepEqual(rows, [{ tenant_id: first.tenantId, name: 'One' }]);
});

test('a short name that could break a schema, a role or a key is refused', async (t) => {
  const pool = await setup(t);
  for (const slug of ['', 'A', '1a', 'a-b', 'a b', 'a"; DROP SCHEMA balancin; --', 'x'.repeat(41)])
    await t.throwsAsync(createTenant(pool, { slug, name: 'x', plan: 'basico' }), { code: 'USAGE' }, slug);
});

test('a tenant that cannot be set up leaves nothing of itself', async (t) => {
  const pool = await setup(t);
  await pool.query('CREATE SCHEMA t_acme; CREATE TABLE t_acme.score (n int)');
  await t.throwsAsync(createTenant(pool, { slug: 'acme', name: 'x', plan: 'basico' }), { code: '42P07' });
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM balancin.tenant) AS tenants, to_regclass('t_acme.well') AS well`,
  );
  t.deepEqual(rows, [{ tenants: 0, well: null }]);
  t.deepEqual(await actions(pool), []);
});

test('the plan limits the sites, naming the limit, however many ask at once', async (t) => {
  const pool = await setup(t);
  await createTenant(pool, { slug: 'acme', name: 'x', plan: 'basico' });
  const asked = await Promise.allSettled(
    Array.from({ length: 8 }, async (_, n) => await createSite(pool, { tenant: 'acme', name: `s${n}` })),
  );
  const refused = asked.filter((one) => one.status === 'rejected');
  t.is(asked.length - refused.length, 5);
  for (const one of refused) t.like(one.reason, { code: 'PLAN_LIMIT', context: { limit: 'sitesMax' } });
  t.regex(String(refused[0]?.reason), /plan 'basico' allows 5 sites \(sitesMax\)/);
});

test('an override goes before the plan, also where it lifts a limit', async (t) => {
  const pool = await setup(t);
  await createTenant(pool, { slug: 'one', name: 'x', plan: 'basico', overrides: { sitesMax: 1 } });
  await createTenant(pool, { slug: 'any', name: 'x', plan: 'basico', overrides: { sitesMax: null } });
  await createSite(pool, { tenant: 'one', name: 's0' });
  await t.throwsAsync(createSite(pool, { tenant: 'one', name: 's1' }), { code: 'PLAN_LIMIT' });
  for (let n = 0; n < 6; n += 1) await createSite(pool, { tenant: 'any', name: `s${n}` });
  t.pass();
});

test('what is not there is named, what is there already is refused', async (t) => {
  const pool = await setup(t);
  await createTenant(pool, { slug: 'acme', name: 'x', plan: 'basico' });
  await createSite(pool, { tenant: 'acme', name: 's', timezone: 'America/Bogota' });
  const well = { tenant: 'acme', site: 's', name: 'W-1', liftType: 'esp' } as const;
  await createWell(pool, well);
  await t.throwsAsync(createSite(pool, { tenant: 'none', name: 's' }), { code: 'NOT_FOUND' });
  await t.throwsAsync(createSite(pool, { tenant: 'acme', name: 's' }), { code: 'ALREADY_EXISTS' });
  await t.throwsAsync(createSite(pool, { tenant: 'acme', name: 'a/b' }), { code: 'USAGE' });
  await t.throwsAsync(createSite(pool, { tenant: 'acme', name: 'z', timezone: 'Mars/Olympus' }), {
    code: 'USAGE',
  });
  await t.throwsAsync(createWell(pool, well), { code: 'ALREADY_EXISTS' });
  await t.throwsAsync(createWell(pool, { ...well, site: 'z' }), { code: 'NOT_FOUND' });
  await t.throwsAsync(createWell(pool, { ...well, tenant: 'none' }), { code: 'NOT_FOUND' });
  await t.throwsAsync(createKey(pool, { tenant: 'acme', site: 'z' }), { code: 'NOT_FOUND' });
  await t.throwsAsync(revokeKey(pool, 'bk_none'), { code: 'NOT_FOUND' });
  t.deepEqual(await actions(pool), [
    'tenant.create acme acme',
    'site.create acme s',
    'well.create acme s/W-1',
  ]);
});

test('well ids are unique across tenants', async (t) => {
  const pool = await setup(t);
  const ids: number[] = [];
  for (const tenant of ['one', 'two']) {
    await createTenant(pool, { slug: tenant, name: 'x', plan: 'basico' });
    await createSite(pool, { tenant, name: 's' });
    for (const name of ['a', 'b'])
      ids.push((await createWell(pool, { tenant, site: 's', name, liftType: 'natural' })).wellId);
  }
  t.is(new Set(ids).size, 4);
});

test('a key is good for its site until it is revoked, and its secret is stored nowhere', async (t) => {
  const pool = await setup(t);
  await createTenant(pool, { slug: 'acme', name: 'x', plan: 'basico' });
  await createSite(pool, { tenant: 'acme', name: 's' });
  const one = await createKey(pool, { tenant: 'acme', site: 's' });
  const other = await createKey(pool, { tenant: 'acme', site: 's' });
  t.is(Buffer.from(one.secret, 'base64url').length, 32);
  t.deepEqual(await verifyKey(pool, one.keyId, one.secret), { tenant: 'acme', site: 's' });
  t.is(await verifyKey(pool, one.keyId, other.secret), null);
  t.is(await verifyKey(pool, one.keyId, ''), null);
  t.is(await verifyKey(pool, 'bk_none', one.secret), null);
  await revokeKey(pool, one.keyId);
  t.is(await verifyKey(pool, one.keyId, one.secret), null);
  t.deepEqual(await verifyKey(pool, other.keyId, other.secret), { tenant: 'acme', site: 's' });
  const { rows } = await pool.query(
    `SELECT (SELECT json_agg(k) FROM balancin.api_key k)::text || (SELECT json_agg(a) FROM balancin.audit a)::text AS kept`,
  );
  t.false(JSON.stringify(rows).includes(one.secret));
  t.false(JSON.stringify(rows).includes(Buffer.from(one.secret, 'utf8').toString('hex')));
});
