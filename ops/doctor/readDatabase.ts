/** Asks a database for what `judgeDatabase.ts` judges. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import type { DatabaseFacts } from './judgeDatabase.js';

const select = `
  SELECT current_setting('server_version') AS version,
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale,
    current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS "synchronousCommit",
    current_setting('full_page_writes') AS "fullPageWrites",
    current_setting('max_locks_per_transaction')::int AS "locksPerTransaction",
    current_setting('max_connections')::int AS "connectionsMax",
    current_setting('max_prepared_transactions')::int AS "preparedTransactionsMax",
    (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%')::int AS tenants,
    (SELECT coalesce(max(tables), 0) FROM (
       SELECT count(*) AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'cycle'
       WHERE n.nspname LIKE 't\\_%' AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY n.oid
     ) AS of_tenant)::int AS "hotTables",
    (SELECT count(*) FROM pg_class)::int AS relations`;

export async function readDatabase(client: SqlClient): Promise<DatabaseFacts> {
  const { rows } = await client.query<Omit<DatabaseFacts, 'clockAheadMs'>>(select);
  const sentMs = Date.now();
  const clock = await client.query<{ ms: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
  );
  const halfwayMs = (sentMs + Date.now()) / 2;
  const facts = rows[0] as Omit<DatabaseFacts, 'clockAheadMs'>;
  return { ...facts, clockAheadMs: (clock.rows[0]?.ms ?? halfwayMs) - halfwayMs };
}
