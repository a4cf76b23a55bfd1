/** Slots that wait for somebody: their runner's lease ran out, or they failed and their time to retry has come. */
import type { Pool } from 'pg';
import type { SlotKey } from './slotKey.js';

const sql = `
  select name, (extract(epoch from slot) * 1000)::float8 as slot_ms
  from balancin.job_run
  where (outcome is null and lease_until < clock_timestamp())
     or (outcome = 'failed' and retry_at <= clock_timestamp())
  order by slot
  limit 1000`;

export async function readOrphanedSlots(pool: Pool): Promise<SlotKey[]> {
  const { rows } = await pool.query<{ name: string; slot_ms: number }>(sql);
  return rows.map((row) => ({ name: row.name, slotMs: row.slot_ms }));
}
