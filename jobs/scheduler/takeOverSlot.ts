/** Takes a slot whose runner died, or which failed and is to be retried. */
import { DatabaseError, type Pool } from 'pg';
import type { HeldSlot, SlotKey } from './slotKey.js';

const sql = `
  update balancin.job_run
  set owner = $3, attempt = attempt + 1, outcome = null, retry_at = null, finished_at = null,
      claimed_at = clock_timestamp(), lease_until = clock_timestamp() + $4 * interval '1 ms'
  where name = $1 and slot = to_timestamp($2 / 1000.0)
    and ((outcome is null and lease_until < clock_timestamp())
      or (outcome = 'failed' and retry_at <= clock_timestamp()))
  returning attempt`;

const uniqueViolation = '23505';

/** Null where another was first, or another slot of the name runs right now. */
export async function takeOverSlot(
  pool: Pool,
  slot: SlotKey,
  by: { readonly owner: string; readonly leaseMs: number },
): Promise<HeldSlot | null> {
  try {
    const { rows } = await pool.query<{ attempt: number }>(sql, [
      slot.name,
      slot.slotMs,
      by.owner,
      by.leaseMs,
    ]);
    const row = rows[0];
    return row === undefined ? null : { ...slot, owner: by.owner, attempt: row.attempt };
  } catch (error) {
    if (error instanceof DatabaseError && error.code === uniqueViolation) return null;
    throw error;
  }
}
