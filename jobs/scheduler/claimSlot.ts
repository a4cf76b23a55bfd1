/** Takes a slot that nobody had yet: the insert decides, and refuses also while another slot of the name runs. */
import type { Pool } from 'pg';
import type { HeldSlot, SlotKey } from './slotKey.js';

const sql = `
  insert into balancin.job_run (name, slot, owner, lease_until)
  values ($1, to_timestamp($2 / 1000.0), $3, clock_timestamp() + $4 * interval '1 ms')
  on conflict do nothing
  returning attempt`;

/** Null where another runner was first. */
export async function claimSlot(
  pool: Pool,
  slot: SlotKey,
  by: { readonly owner: string; readonly leaseMs: number },
): Promise<HeldSlot | null> {
  const { rows } = await pool.query<{ attempt: number }>(sql, [slot.name, slot.slotMs, by.owner, by.leaseMs]);
  const row = rows[0];
  return row === undefined ? null : { ...slot, owner: by.owner, attempt: row.attempt };
}
