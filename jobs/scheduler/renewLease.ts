/** Says that the runner still lives. */
import type { Pool } from 'pg';
import type { HeldSlot } from './slotKey.js';

const sql = `
  update balancin.job_run set lease_until = clock_timestamp() + $5 * interval '1 ms'
  where name = $1 and slot = to_timestamp($2 / 1000.0) and owner = $3 and attempt = $4 and outcome is null`;

/** False where another took the slot over. */
export async function renewLease(pool: Pool, held: HeldSlot, leaseMs: number): Promise<boolean> {
  const { rowCount } = await pool.query(sql, [held.name, held.slotMs, held.owner, held.attempt, leaseMs]);
  return rowCount === 1;
}
