import test from 'ava';
import { createPool } from '#pipelines/database/pool.js';
import { workerRole } from '#pipelines/database/tenantNames.js';
import { createWellDirectory } from '#pipelines/database/wellDirectory.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { chooseModel, rollBackModel } from './chooseModel.js';
import { readChoices } from './readChoices.js';

const model = 'esp-risk';

test('a second rollback goes further back, never forward; a tenant with nothing left follows the fleet', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  await createTenant(pool, { slug: 'acme', name: 'acme', plan: 'enterprise' });
  const all = { model, tenant: null };
  const acme = { model, tenant: 'acme' };
  const promote = (scope: typeof all | typeof acme, version: string) =>
    chooseModel(pool, scope, { version, role: 'active' });
  const speaks = async () => (await readChoices(pool))[0]?.choices[model]?.active;
  await promote(all, 'fleet');
  for (const version of ['1', '2', '3', '3']) await promote(acme, version);
  const back = [];
  for (let n = 0; n < 3; n++) back.push([await rollBackModel(pool, acme), await speaks()]);
  t.deepEqual(back, [
    [{ version: '2', by: 'tenant' }, '2'],
    [{ version: '1', by: 'tenant' }, '1'],
    [{ version: 'fleet', by: 'all' }, 'fleet'],
  ]);
  await t.throwsAsync(rollBackModel(pool, acme), { code: 'NOT_FOUND', message: /nothing to go back to/ });
  await promote(all, 'fleet 2');
  t.is(await speaks(), 'fleet 2');
  await promote(acme, '4');
  t.deepEqual(await rollBackModel(pool, acme), { version: 'fleet 2', by: 'all' });
  t.deepEqual(await rollBackModel(pool, all), { version: 'fleet', by: 'all' });
  t.deepEqual(await rollBackModel(pool, all), { version: null, by: 'program' });
  t.is(await speaks(), undefined);
  const crowd = [promote(acme, '5'), promote(acme, '6')];
  await Promise.all(crowd);
  const two = await Promise.all([rollBackModel(pool, acme), rollBackModel(pool, acme)]);
  t.deepEqual(two.map(({ by }) => by).sort(), ['program', 'tenant']);
});

test('what was decided for a tenant holds before what was for all, a rollback goes back one, workers see it, all is audited', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  const workers = createPool({ databaseUrl: url, role: workerRole });
  const directory = createWellDirectory(workers, { refreshMs: 0 });
  t.teardown(async () => {
    await directory.close();
    await Promise.all([pool.end(), workers.end()]);
  });
  for (const slug of ['acme', 'beta']) await createTenant(pool, { slug, name: slug, plan: 'enterprise' });
  const holds = async (): Promise<unknown[]> => {
    await directory.readAll();
    await directory.refresh();
    return ['acme', 'beta'].map((slug) => directory.modelChoice?.(slug, model));
  };
  t.deepEqual(await holds(), [undefined, undefined]);
  const all = { model, tenant: null };
  const acme = { model, tenant: 'acme' };
  await chooseModel(pool, all, { version: '2', role: 'active' });
  t.deepEqual(await holds(), [
    { active: '2', shadows: [] },
    { active: '2', shadows: [] },
  ]);
  await chooseModel(pool, acme, { version: '3', role: 'active' });
  await chooseModel(pool, acme, { version: '4', role: 'shadow' });
  t.deepEqual(await holds(), [
    { active: '3', shadows: ['4'] },
    { active: '2', shadows: [] },
  ]);
  await chooseModel(pool, acme, { version: '5', role: 'active' });
  t.deepEqual(await rollBackModel(pool, acme), { version: '3', by: 'tenant' });
  await chooseModel(pool, acme, { version: '4', role: 'ended' });
  t.deepEqual(await rollBackModel(pool, all), { version: null, by: 'program' });
  t.deepEqual(await holds(), [{ active: '3', shadows: [] }, undefined]);
  t.deepEqual(
    (await readChoices(pool)).map(({ tenant, choices }) => [tenant, choices[model]?.active]),
    [
      ['acme', '3'],
      ['beta', undefined],
    ],
  );
  await t.throwsAsync(rollBackModel(pool, { model, tenant: 'beta' }), { code: 'NOT_FOUND' });
  await t.throwsAsync(chooseModel(pool, { model, tenant: 'nobody' }, { version: '1', role: 'active' }), {
    code: 'NOT_FOUND',
  });
  const { rows } = await pool.query<{ action: string; tenant: string | null }>(
    "SELECT action, tenant FROM balancin.audit WHERE action LIKE 'model.%' ORDER BY audit_id",
  );
  t.deepEqual(
    rows.map(({ action, tenant }) => `${action} ${tenant ?? 'all'}`),
    [
      'model.promote all',
      'model.promote acme',
      'model.promote acme',
      'model.promote acme',
      'model.rollback acme',
      'model.promote acme',
      'model.rollback all',
    ],
  );
  await t.throwsAsync(workers.query('SELECT FROM balancin.model_choice'), { message: /permission denied/ });
});
