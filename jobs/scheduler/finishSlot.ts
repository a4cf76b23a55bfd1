/** Writes down how a slot ended. */
import type { Pool } from 'pg';
import type { HeldSlot } from './slotKey.js';

const sql = `
  update balancin.job_run
  set outcome = $5, error = $6, finished_at = clock_timestamp(), lease_until = clock_timestamp(),
      retry_at = clock_timestamp() + $7 * interval '1 ms',
      duration_ms = (extract(epoch from clock_timestamp() - claimed_at) * 1000)::int8
  where name = $1 and slot = to_timestamp($2 / 1000.0) and owner = $3 and attempt = $4 and outcome is null`;

export interface Ending {
  readonly outcome: 'done' | 'failed' | 'abandoned';
  readonly error: string | null;
  /** Null where it is not tried again. */
  readonly retryAfterMs: number | null;
}

/** False where another took the slot over: then what it says counts. */
export async function finishSlot(pool: Pool, held: HeldSlot, ending: Ending): Promise<boolean> {
  const { rowCount } = await pool.query(sql, [
    held.name,
    held.slotMs,
    held.owner,
    held.attempt,
    ending.outcome,
    ending.error,
    ending.retryAfterMs,
  ]);
  return rowCount === 1;
}
