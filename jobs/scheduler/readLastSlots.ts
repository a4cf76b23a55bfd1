/** The newest slot of each job that anybody claimed. */
import type { Pool } from 'pg';

// A descent of the primary key a name: the table's age does not matter.
const sql = `
  select job.name, (extract(epoch from last.slot) * 1000)::float8 as slot_ms
  from unnest($1::text[]) as job (name)
  cross join lateral (
    select slot from balancin.job_run run where run.name = job.name order by slot desc limit 1
  ) as last`;

export async function readLastSlots(pool: Pool, names: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ name: string; slot_ms: number }>(sql, [names]);
  return new Map(rows.map((row) => [row.name, row.slot_ms]));
}
