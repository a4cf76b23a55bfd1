/** Partitions of a tenant's time tables that end before its retention begins. */
import type { Pool } from 'pg';
import { tenantSchema } from '#pipelines/database/tenantNames.js';

const sql = `
  select kept.name as "table", part.partition
  from balancin.time_table kept
  cross join lateral balancin.time_partitions($1, kept.name) part
  join pg_class parent on parent.oid = to_regclass(format('%I.%I', $1::text, kept.name)) and parent.relkind = 'p'
  where part.upper <= to_timestamp($2 / 1000.0)
  order by kept.name, part.upper`;

export interface Partition {
  readonly table: string;
  readonly partition: string;
}

export async function readExpiredPartitions(
  pool: Pool,
  tenant: string,
  beforeMs: number,
): Promise<Partition[]> {
  return (await pool.query<Partition>(sql, [tenantSchema(tenant), beforeMs])).rows;
}
