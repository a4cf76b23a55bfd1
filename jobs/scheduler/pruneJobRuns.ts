/** Forgets old runs, but never the newest of a job: catch-up starts there. */
import type { Pool } from 'pg';

const sql = `
  delete from balancin.job_run old
  where old.outcome is not null and old.slot < to_timestamp($1 / 1000.0)
    and exists (select from balancin.job_run newer where newer.name = old.name and newer.slot > old.slot)`;

/** How many were forgotten. */
export async function pruneJobRuns(pool: Pool, beforeMs: number): Promise<number> {
  const { rowCount } = await pool.query(sql, [beforeMs]);
  return rowCount ?? 0;
}
