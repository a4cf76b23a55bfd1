/** Ends what a tenant's plan no longer keeps. */
import type { Pool } from 'pg';
import type { JobTenant } from '../tenants/listTenants.js';
import { dropChunks } from './dropChunks.js';
import { dropPartition } from './dropPartition.js';
import { readExpiredPartitions } from './readExpiredPartitions.js';

const dayMs = 86_400_000;

/** Whole partitions or chunks alone: what shares one with younger rows stays until they expire too. */
export async function dropExpired(
  pool: Pool,
  tenant: Pick<JobTenant, 'slug' | 'retentionDays'>,
  at: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<number> {
  if (tenant.retentionDays === null) return 0;
  const beforeMs = at.nowMs - tenant.retentionDays * dayMs;
  const chunks = await dropChunks(pool, tenant.slug, beforeMs);
  if (chunks !== null) return chunks;
  const expired = await readExpiredPartitions(pool, tenant.slug, beforeMs);
  for (const partition of expired) {
    at.signal.throwIfAborted();
    await dropPartition(pool, tenant.slug, partition);
  }
  return expired.length;
}
