/** A managed PostgreSQL gives no superuser: all of storage works for an owner that may create roles. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { removePostgres, startPostgres } from '#ops/servers/postgres.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import { createKey } from '#pipelines/tenants/createKey.js';
import { verifyKey } from '#pipelines/tenants/verifyKey.js';
import { asTenant } from './asTenant.js';
import { dropExpired } from './dropExpired.js';
import { ensureRoles, ensureTenantRole } from './ensureRoles.js';
import { migrateAllTenants, migrateControl } from './migrate.js';
import { createPool, withClient } from './pool.js';
import { bridgeRole, workerRole } from './tenantNames.js';
import { createWellDirectory } from './wellDirectory.js';

test('an owner without superuser rights migrates, serves, writes and drops', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-managed-'));
  const dataDir = join(folder, 'data');
  // A server of its own: on the shared one the roles exist already, made by a superuser.
  const server = await startPostgres({ dataDir, durable: false });
  t.teardown(async () => {
    await server.stop();
    await removePostgres(dataDir);
    await rm(folder, { recursive: true, force: true });
  });
  await withClient({ databaseUrl: server.url }, async (client) => {
    await client.query(`CREATE ROLE customer LOGIN CREATEROLE PASSWORD 'x'`);
    await client.query('CREATE DATABASE managed OWNER customer');
  });
  const at = new URL(server.url);
  [at.username, at.password, at.pathname] = ['customer', 'x', '/managed'];
  t.true((await migrateControl(at.href)).length > 0);
  const owner = createPool({ databaseUrl: at.href });
  await createTenant(owner, { slug: 'acme', name: 'x', plan: 'basico' });
  await createSite(owner, { tenant: 'acme', name: 's' });
  await createWell(owner, { tenant: 'acme', site: 's', name: 'W', liftType: 'esp' });
  const key = await createKey(owner, { tenant: 'acme', site: 's' });
  t.deepEqual(await migrateAllTenants(at.href), new Map([['acme', []]]));

  const rows = await asTenant(
    owner,
    'acme',
    async (client) => (await client.query('SELECT name FROM well')).rows,
  );
  t.deepEqual(rows, [{ name: 'W' }]);

  const worker = createPool({ databaseUrl: at.href, role: workerRole });
  const directory = createWellDirectory(worker, { refreshMs: 0 });
  await directory.resolve({ tenant: 'acme', site: 's', well: 'W', tags: ['x.new'] });
  t.like(directory.find('acme', 's', 'W'), { well: 'W' });
  await worker.query(
    'INSERT INTO t_acme.reading_1m VALUES (now(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1)',
  );
  const bridge = createPool({ databaseUrl: at.href, role: bridgeRole });
  t.deepEqual(await verifyKey(bridge, key.keyId, key.secret), { tenant: 'acme', site: 's' });
  const dropped = await dropExpired(owner, 'acme', Date.now() + 90 * 86_400_000);
  t.true(dropped.length > 0);
  await directory.close();
  await Promise.all([owner.end(), worker.end(), bridge.end()]);

  // Roles that are there already, and whose members we are, are left as they are.
  await withClient({ databaseUrl: at.href }, async (client) => {
    await ensureRoles(client);
    await ensureTenantRole(client, 'acme');
  });
});
