/** Brings a database up to date: the control schema, and the schema of each tenant. */
import { plans } from '#schemas/plans.js';
import { signals } from '#schemas/signals/catalogue.js';
import { BalancinError } from '#schemas/errors.js';
import { ensureRoles, ensureTenantRole } from './ensureRoles.js';
import { grantTenantRights } from './grantTenantRights.js';
import { inTransaction } from './nestTransaction.js';
import { partitionsAheadDays } from './ensurePartitions.js';
import { withClient } from './pool.js';
import { migrationFolders, runMigrations } from './runMigrations.js';
import type { SqlClient } from './sqlClient.js';
import { quoteName, tenantSchema } from './tenantNames.js';

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

/** Throws DATABASE_NEWER; NOT_FOUND for a tenant that does not exist. */
export async function migrateTenant(databaseUrl: string, slug: string): Promise<string[]> {
  return await withClient({ databaseUrl, ...databaseOptions }, async (client) => {
    const { rows } = await client.query('SELECT FROM balancin.tenant WHERE slug = $1', [slug]);
    if (rows.length === 0) throw new BalancinError('NOT_FOUND', `there is no tenant '${slug}'`);
    await ensureTenantRole(client, slug);
    return await inTransaction(client, async () => await migrateTenantSchema(client, slug));
  });
}

/** What was done, tenant by tenant: each in a transaction of its own, so that one that fails leaves the others done. */
export async function migrateAllTenants(databaseUrl: string): Promise<Map<string, string[]>> {
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
  await client.query('SELECT balancin.ensure_partitions($1, now() + make_interval(days => $2))', [
    slug,
    partitionsAheadDays,
  ]);
  await grantTenantRights(client, slug);
  await forbidTemporaryTables(client);
  return done;
}

async function lockMigrations(client: SqlClient): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = '${migrationLockTimeout}'`);
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('balancin.migrate'))`);
}

/** Where the server can have TimescaleDB, time tables become hypertables; without it they are native partitions. */
async function installTimescale(client: SqlClient): Promise<void> {
  // Without its library preloaded, creating the extension would end the connection.
  const { rows } = await client.query<{ loaded: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.license')
        AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS loaded`,
  );
  if (rows[0]?.loaded === true) await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
}

async function seedPlans(client: SqlClient): Promise<void> {
  for (const plan of Object.values(plans)) {
    await client.query(
      `INSERT INTO balancin.plan (name, title, sites_max, sync, reports, retention_days, remote_access, machine_learning)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING`,
      [
        plan.name,
        plan.title,
        plan.sitesMax,
        plan.sync,
        plan.reports,
        plan.retentionDays,
        plan.remoteAccess,
        plan.machineLearning,
      ],
    );
  }
}

async function seedTags(client: SqlClient, schema: string): Promise<void> {
  await client.query(
    `INSERT INTO ${quoteName(schema)}.tag (tag, unit)
     SELECT tag, unit FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (tag, unit, place) ORDER BY place
     ON CONFLICT (tag) DO UPDATE SET unit = excluded.unit WHERE tag.unit IS DISTINCT FROM excluded.unit`,
    [signals.map((signal) => signal.tag), signals.map((signal) => signal.unit)],
  );
}

/**
 * A temporary table would hide a real one of its name from whoever gets the pooled connection next; `asTenant` searches
 * those last, and nobody needs any. Repeated for each tenant, because a copied or restored database forgets it.
 */
async function forbidTemporaryTables(client: SqlClient): Promise<void> {
  await client.query(`DO $$ BEGIN
    IF EXISTS (
      SELECT FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) acl
      WHERE d.datname = current_database() AND acl.grantee = 0 AND acl.privilege_type = 'TEMPORARY'
    ) THEN
      EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
  EXCEPTION WHEN internal_error THEN NULL; -- the database's row is being changed by another session: the next tenant's turn
  END $$`);
}
