/** Ends what the tenants' plans no longer keep. */
import type { Pool } from 'pg';
import { dropExpired as dropExpiredOf } from '#pipelines/database/dropExpired.js';

/** How many partitions or chunks went. Whole ones alone: what shares one with younger rows stays until they expire too. */
export async function dropExpired(
  pool: Pool,
  tenant: { readonly slug: string },
  at: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<number> {
  at.signal.throwIfAborted();
  return (await dropExpiredOf(pool, tenant.slug, at.nowMs)).length;
}
