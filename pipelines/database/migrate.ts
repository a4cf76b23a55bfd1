/** Brings a database up to date: the control schema, and the schema of each tenant. */
import { BalancinError } from '#schemas/errors.js';
import { ensureRoles, ensureTenantRole } from './ensureRoles.js';
import { grantTenantRights } from './grantTenantRights.js';
import { ensurePartitions } from './ensurePartitions.js';
import { forbidTemporaryTables } from './forbidTemporaryTables.js';
import { installTimescale } from './installTimescale.js';
import { requireMigrated } from './requireMigrated.js';
import { seedPlans } from './seedPlans.js';
import { seedTags } from './seedTags.js';
import { inTransaction } from './transaction.js';
import { withClient } from './pool.js';
import { migrationFolders, runMigrations } from './runMigrations.js';
import type { SqlClient } from './sqlClient.js';
import { tenantSchema } from './tenantNames.js';

/** A migration of a large table may take its time; a lock that is not to be had may not. */
const migrationLockTimeout = '30s';
const databaseOptions = { name: 'balancin migrate', statementTimeoutMs: 0 };

/** Names of the migrations done; none when all was up to date. Several may call it at once. Throws DATABASE_NEWER. */
export async function migrateControl(databaseUrl: string): Promise<string[]> {
  return await withClient({ databaseUrl, ...databaseOptions }, async (client) => {
    await installTimescale(client);
    return await migrateControlSchema(client);
  });
}

/** As `migrateControl`, on a connection that is there. */
export async function migrateControlSchema(client: SqlClient): Promise<string[]> {
  await ensureRoles(client);
  return await inTransaction(client, async () => {
    await lockMigrations(client);
    await client.query('CREATE SCHEMA IF NOT EXISTS balancin');
    const done = await runMigrations(client, 'balancin', migrationFolders.control);
    await seedPlans(client);
    await client.query('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA balancin FROM PUBLIC');
    return done;
  });
}

/** After `migrateControl`. Throws DATABASE_NEWER; INCOMPATIBLE where the control schema is behind; NOT_FOUND for no such tenant. */
export async function migrateTenant(databaseUrl: string, slug: string): Promise<string[]> {
  await requireMigrated(databaseUrl);
  return await withClient({ databaseUrl, ...databaseOptions }, async (client) => {
    const { rows } = await client.query('SELECT FROM balancin.tenant WHERE slug = $1', [slug]);
    if (rows.length === 0) throw new BalancinError('NOT_FOUND', `there is no tenant '${slug}'`);
    await ensureTenantRole(client, slug);
    return await inTransaction(client, async () => await migrateTenantSchema(client, slug));
  });
}

/** What was done, tenant by tenant: each in a transaction of its own, so that one that fails leaves the others done. */
export async function migrateAllTenants(databaseUrl: string): Promise<Map<string, string[]>> {
  await requireMigrated(databaseUrl);
  const slugs = await withClient({ databaseUrl, ...databaseOptions }, async (client) => {
    const { rows } = await client.query<{ slug: string }>('SELECT slug FROM balancin.tenant ORDER BY slug');
    return rows.map((row) => row.slug);
  });
  const done = new Map<string, string[]>();
  for (const slug of slugs) done.set(slug, await migrateTenant(databaseUrl, slug));
  return done;
}

/** Tables, tags, partitions and rights of a tenant whose row and role exist, inside the caller's transaction. */
export async function migrateTenantSchema(client: SqlClient, slug: string): Promise<string[]> {
  await lockMigrations(client);
  const schema = tenantSchema(slug);
  const done = await runMigrations(client, schema, migrationFolders.tenant);
  await client.query('RESET search_path');
  await seedTags(client, schema);
  await ensurePartitions(client, slug);
  await grantTenantRights(client, slug);
  await forbidTemporaryTables(client);
  return done;
}

async function lockMigrations(client: SqlClient): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = '${migrationLockTimeout}'`);
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('balancin.migrate'))`);
}
