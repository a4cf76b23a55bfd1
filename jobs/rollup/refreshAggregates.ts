/** Refreshes the hourly and daily continuous aggregates of a tenant: TimescaleDB knows itself what was touched. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { tenantSchema } from '#pipelines/database/tenantNames.js';

const timescaleSql = `select balancin.timescale_schema() as schema, balancin.timescale_full() as full`;

/** What is younger is read from the minutes anyway, and would be merged again at each refresh. */
const refreshedUntil = { reading_1h: '2 hours', reading_1d: '2 days' } as const;

/** Must not be in a transaction. False where there are no continuous aggregates: then rollups are plain tables. */
export async function refreshAggregates(client: SqlClient, tenant: string): Promise<boolean> {
  const { rows } = await client.query<{ schema: string | null; full: boolean }>(timescaleSql);
  const timescale = rows[0];
  if (timescale === undefined || timescale.schema === null || !timescale.full) return false;
  for (const [view, age] of Object.entries(refreshedUntil)) {
    // CALL takes no parameters of a prepared statement here; both names are made of checked parts.
    await client.query(
      `CALL "${timescale.schema}".refresh_continuous_aggregate('${tenantSchema(tenant)}.${view}', NULL, now() - interval '${age}')`,
    );
  }
  return true;
}
