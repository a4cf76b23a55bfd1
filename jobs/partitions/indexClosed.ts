/** Gives the partitions that have closed since the last run their index by well. */
import type { Pool } from 'pg';
import { indexClosedPartitions } from '#pipelines/database/indexClosedPartitions.js';

/** How many got one, over all tenants. */
export async function indexClosed(
  pool: Pool,
  tenants: readonly string[],
  at: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<number> {
  let indexed = 0;
  for (const tenant of tenants) {
    at.signal.throwIfAborted();
    indexed += (await indexClosedPartitions(pool, tenant, at.nowMs)).length;
  }
  return indexed;
}
