/** Makes the partitions of the weeks to come, so that a commit always finds a place for its rows. */
import type { Pool } from 'pg';
import { ensurePartitions } from '#pipelines/database/ensurePartitions.js';

/** How many were made over all tenants. */
export async function preparePartitions(
  pool: Pool,
  tenants: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let made = 0;
  for (const tenant of tenants) {
    signal.throwIfAborted();
    made += await ensurePartitions(pool, tenant);
  }
  return made;
}
