/** Brings a tenant's hourly and daily rollups up to date with its minute partials. */
import type { Pool } from 'pg';
import { asTenant, type TenantClient } from '#pipelines/database/asTenant.js';
import { lockRollup } from './lockRollup.js';
import { markDirtyHours } from './markDirtyHours.js';
import { mergeDays } from './mergeDays.js';
import { mergeHours } from './mergeHours.js';
import { refreshAggregates } from './refreshAggregates.js';

/** Hours (or days) of a signal merged in one transaction: 20 000 hours are 1.2 million minute rows, some seconds. */
const batchRowsMax = 20_000;

export interface RollupResult {
  readonly hours: number;
  readonly days: number;
}

/**
 * 1. Look: hours with new partials become dirty and the cursors move, in one transaction.
 * 2. Merge: dirty hours are merged whole, from all their partials, and make their days dirty, a batch a transaction. An hour
 *    that has none left is removed.
 * 3. Merge the dirty days from their hours, likewise.
 * Killed between any two, it goes on from the dirty rows; partials that come in between make their hour dirty again.
 */
export async function rollUp(
  pool: Pool,
  tenant: string,
  options: { readonly signal?: AbortSignal; readonly rowsMax?: number } = {},
): Promise<RollupResult> {
  if (await refreshAggregates(pool, tenant)) return { hours: 0, days: 0 };
  const rowsMax = options.rowsMax ?? batchRowsMax;
  const locked = async (step: (client: TenantClient) => Promise<number>): Promise<number> =>
    await asTenant(pool, tenant, async (client) => {
      options.signal?.throwIfAborted();
      await lockRollup(client, tenant);
      return await step(client);
    });
  await locked(markDirtyHours);
  const hours = await untilNone(() => locked((client) => mergeHours(client, rowsMax)));
  const days = await untilNone(() => locked((client) => mergeDays(client, rowsMax)));
  return { hours, days };
}

async function untilNone(batch: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const done = await batch();
    if (done === 0) return total;
    total += done;
  }
}
