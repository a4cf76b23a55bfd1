/** Writes down when a job was first seen: from then on its slots are owed. */
import type { Pool } from 'pg';

const sql = `
  insert into balancin.job_run (name, slot, outcome, owner, lease_until, finished_at)
  select name, to_timestamp($2 / 1000.0), 'registered', $3, clock_timestamp(), clock_timestamp()
  from unnest($1::text[]) as job (name)
  where not exists (select from balancin.job_run known where known.name = job.name)
  on conflict do nothing`;

export async function registerJobs(
  pool: Pool,
  seen: { readonly names: readonly string[]; readonly nowMs: number; readonly owner: string },
): Promise<void> {
  await pool.query(sql, [seen.names, seen.nowMs, seen.owner]);
}
