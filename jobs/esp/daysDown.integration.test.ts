/** Laws of days down: a site's own before the tenant's before what is usual, the newest holds, no other tenant's. */
import test from 'ava';
import { asTenant } from '#pipelines/database/asTenant.js';
import { createPool } from '#pipelines/database/pool.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { daysDownDefault, readDaysDown, setDaysDown } from './daysDown.js';

test('days down are read as they were set last, by site and tenant, and written to the audit', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  for (const slug of ['acme', 'beta']) {
    await createTenant(pool, { slug, name: slug, plan: 'enterprise' });
    await createSite(pool, { tenant: slug, name: 'norte' });
  }
  const read = async (tenant: string) => await asTenant(pool, tenant, readDaysDown);
  t.deepEqual(await read('acme'), { bySite: new Map(), others: daysDownDefault });
  await setDaysDown(pool, { tenant: 'acme', site: null }, 14);
  await setDaysDown(pool, { tenant: 'acme', site: 'norte' }, 30);
  await setDaysDown(pool, { tenant: 'acme', site: 'norte' }, 21.5);
  t.deepEqual(await read('acme'), { bySite: new Map([['norte', 21.5]]), others: 14 });
  t.deepEqual(
    await read('beta'),
    { bySite: new Map(), others: daysDownDefault },
    'another tenant’s are its own',
  );
  await setDaysDown(pool, { tenant: 'acme', site: 'norte' }, null);
  await setDaysDown(pool, { tenant: 'acme', site: null }, null);
  t.deepEqual(await read('acme'), { bySite: new Map(), others: daysDownDefault });
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM balancin.audit WHERE action = 'esp.days-down'`,
  );
  t.is(rows[0]?.n, 5);
});

test('days that are none, a site and a tenant that are not there are refused', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  await createTenant(pool, { slug: 'acme', name: 'Acme', plan: 'enterprise' });
  for (const days of [0, -1, 366, Number.NaN])
    await t.throwsAsync(setDaysDown(pool, { tenant: 'acme', site: null }, days), { code: 'USAGE' });
  await t.throwsAsync(setDaysDown(pool, { tenant: 'acme', site: 'sur' }, 5), { code: 'NOT_FOUND' });
  await t.throwsAsync(setDaysDown(pool, { tenant: 'none', site: null }, 5), { code: 'NOT_FOUND' });
});
