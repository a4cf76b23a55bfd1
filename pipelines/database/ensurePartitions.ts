/** Keeps a place ready for the rows of the days to come. */
import type { SqlClient } from './sqlClient.js';
import { requireSlug } from './tenantNames.js';

/**
 * A sample may lie 24 h (the limit of a frame) and 2^31 ms (what its offset can say) after its arrival, 26 days together;
 * twice of it leaves three weeks in which nobody needs to call.
 */
export const partitionsAheadDays = 52;

/**
 * Makes what is missing of a tenant's native partitions up to `untilMs` (default: `partitionsAheadDays` from now); returns
 * how many. Never blocks writers. The past needs no call: all that is older has a partition from the start. Cheap where
 * nothing is missing. Under TimescaleDB there is nothing to do.
 */
export async function ensurePartitions(client: SqlClient, slug: string, untilMs?: number): Promise<number> {
  const untilAt = new Date(untilMs ?? Date.now() + partitionsAheadDays * 86_400_000);
  const { rows } = await client.query<{ made: number }>('SELECT balancin.ensure_partitions($1, $2) AS made', [
    requireSlug(slug),
    untilAt,
  ]);
  return rows[0]?.made ?? 0;
}
