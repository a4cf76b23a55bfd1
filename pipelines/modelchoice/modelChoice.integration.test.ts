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
  t.is(await rollBackModel(pool, acme), '3');
  await chooseModel(pool, acme, { version: '4', role: 'ended' });
  t.is(await rollBackModel(pool, all), null);
  t.deepEqual(await holds(), [
    { active: '3', shadows: [] },
    { active: null, shadows: [] },
  ]);
  t.deepEqual(
    (await readChoices(pool)).map(({ tenant, choices }) => [tenant, choices[model]?.active]),
    [
      ['acme', '3'],
      ['beta', null],
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
