/** Gives a slot back on a clean stop: the next runner takes it over at once, and the attempt does not count. */
import type { Pool } from 'pg';
import type { HeldSlot } from './slotKey.js';

const sql = `
  update balancin.job_run set lease_until = clock_timestamp() - interval '1 ms', attempt = attempt - 1
  where name = $1 and slot = to_timestamp($2 / 1000.0) and owner = $3 and attempt = $4 and outcome is null`;

export async function releaseSlot(pool: Pool, held: HeldSlot): Promise<void> {
  await pool.query(sql, [held.name, held.slotMs, held.owner, held.attempt]);
}
