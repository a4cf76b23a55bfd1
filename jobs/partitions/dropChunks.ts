/** Drops the chunks of a tenant's hypertables and continuous aggregates that are past its retention. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { tenantSchema } from '#pipelines/database/tenantNames.js';

const timescaleSql = `select balancin.timescale_schema() as schema`;
const tablesSql = `
  select kept.name from balancin.time_table kept
  where to_regclass(format('%I.%I', $1::text, kept.name)) is not null
  order by kept.name`;

/** How many were dropped; null where there is no TimescaleDB: then tables have native partitions. */
export async function dropChunks(
  client: SqlClient,
  tenant: string,
  beforeMs: number,
): Promise<number | null> {
  const schema = (await client.query<{ schema: string | null }>(timescaleSql)).rows[0]?.schema ?? null;
  if (schema === null) return null;
  const { rows: tables } = await client.query<{ name: string }>(tablesSql, [tenantSchema(tenant)]);
  let dropped = 0;
  for (const { name } of tables) {
    const { rows } = await client.query(
      `SELECT "${schema}".drop_chunks(to_regclass($1), older_than => to_timestamp($2::float8 / 1000.0))`,
      [`${tenantSchema(tenant)}.${name}`, beforeMs],
    );
    dropped += rows.length;
  }
  return dropped;
}
