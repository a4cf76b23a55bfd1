/** Drops what is older than a tenant's plan keeps, without making a writer wait. */
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from './sqlClient.js';
import { quoteName, tenantSchema } from './tenantNames.js';

/** A window may close days after its time, and must still find its partition. */
export const retentionGraceDays = 7;

interface Expiry {
  readonly tables: readonly { readonly name: string; readonly native: boolean }[];
  /** Rows before it may go; null keeps all. */
  readonly cutoff: Date | null;
  readonly timescaleSchema: string | null;
}

/**
 * Names of the partitions or chunks dropped. Needs the owner's rights, a connection of its own and no open transaction;
 * one caller a tenant at a time. What a call that was cut short left behind, the next one finishes.
 */
export async function dropExpired(client: SqlClient, slug: string, nowMs = Date.now()): Promise<string[]> {
  const schema = tenantSchema(slug);
  const { tables, cutoff, timescaleSchema } = await readExpiry(client, slug, nowMs);
  const dropped: string[] = [];
  for (const { name: table, native } of tables) {
    if (native) {
      await finishDetached(client, schema, table);
      if (cutoff !== null) dropped.push(...(await dropPartitions(client, schema, table, cutoff)));
    } else if (cutoff !== null && timescaleSchema !== null) {
      dropped.push(...(await dropChunks(client, timescaleSchema, `${schema}.${table}`, cutoff)));
    }
  }
  return dropped;
}

async function readExpiry(client: SqlClient, slug: string, nowMs: number): Promise<Expiry> {
  const { rows } = await client.query<{
    retention_days: number | null;
    timescale: string | null;
    tables: Expiry['tables'];
  }>(
    `SELECT tt.retention_days, balancin.timescale_schema()::text AS timescale,
            (SELECT coalesce(json_agg(json_build_object('name', k.name, 'native', c.relkind = 'p') ORDER BY k.name), '[]')
             FROM balancin.time_table k
             JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', 't_' || tt.slug, k.name))) AS tables
     FROM balancin.tenant_terms tt WHERE tt.slug = $1`,
    [slug],
  );
  const row = rows[0];
  if (!row) throw new BalancinError('NOT_FOUND', `there is no tenant '${slug}'`);
  const { retention_days: days } = row;
  return {
    tables: row.tables,
    timescaleSchema: row.timescale,
    cutoff: days === null ? null : new Date(nowMs - (days + retentionGraceDays) * 86_400_000),
  };
}

/**
 * DETACH … CONCURRENTLY waits for those who use the table and blocks none of them; a detached table is nobody's any more.
 * Then the partition of all that is older begins where the dropped ones ended, so that no row is ever without a place.
 */
async function dropPartitions(
  client: SqlClient,
  schema: string,
  table: string,
  cutoff: Date,
): Promise<string[]> {
  const { rows } = await client.query<{ partition: string; past: boolean; kept_from: Date }>(
    `SELECT partition, lower = '-infinity' AS past,
            (SELECT min(lower) FROM balancin.time_partitions($1, $2) WHERE upper > $3 AND lower > '-infinity') AS kept_from
     FROM balancin.time_partitions($1, $2) WHERE upper <= $3 ORDER BY upper`,
    [schema, table, cutoff],
  );
  const expired = rows.filter((row) => !row.past).map((row) => row.partition);
  const keptFrom = rows[0]?.kept_from;
  if (expired.length === 0 || keptFrom === undefined) return [];
  for (const partition of expired) await dropPartition(client, schema, table, partition);
  if (rows.some((row) => row.past)) await dropPartition(client, schema, table, `${table}_past`);
  await client.query('SELECT balancin.attach_past($1, $2, $3)', [schema, table, keptFrom]);
  return expired;
}

async function dropPartition(
  client: SqlClient,
  schema: string,
  table: string,
  partition: string,
): Promise<void> {
  const [parent, leaf] = [table, partition].map((name) => `${quoteName(schema)}.${quoteName(name)}`);
  await client.query(`ALTER TABLE ${parent} DETACH PARTITION ${leaf} CONCURRENTLY`);
  await client.query(`DROP TABLE ${leaf}`);
}

/** Partitions that an interrupted call had detached, or was detaching, are dropped; the missing one is made again. */
async function finishDetached(client: SqlClient, schema: string, table: string): Promise<void> {
  const { rows } = await client.query<{ leaf: string; pending: boolean }>(
    `SELECT c.relname AS leaf, coalesce(i.inhdetachpending, false) AS pending
     FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE n.nspname = $1 AND c.relkind = 'r' AND c.relname ~ ('^' || $2 || '_(past|[0-9]{8})$')
       AND (i.inhrelid IS NULL OR i.inhdetachpending)`,
    [schema, table],
  );
  const parent = `${quoteName(schema)}.${quoteName(table)}`;
  for (const { leaf, pending } of rows) {
    const name = `${quoteName(schema)}.${quoteName(leaf)}`;
    if (pending) await client.query(`ALTER TABLE ${parent} DETACH PARTITION ${name} FINALIZE`);
    await client.query(`DROP TABLE ${name}`);
  }
  await client.query(
    `SELECT balancin.attach_past($1, $2, min(lower)) FROM balancin.time_partitions($1, $2)
     HAVING min(lower) > '-infinity'`,
    [schema, table],
  );
}

async function dropChunks(
  client: SqlClient,
  timescaleSchema: string,
  table: string,
  cutoff: Date,
): Promise<string[]> {
  const { rows } = await client.query<{ chunk: string }>(
    `SELECT ${quoteName(timescaleSchema)}.drop_chunks($1::regclass, older_than => $2::timestamptz) AS chunk`,
    [table, cutoff],
  );
  return rows.map((row) => row.chunk);
}
