/** Removes hours and days whose last partial was taken away: a rewind deletes minutes, and marks their hours. */
import type { TenantClient } from '#pipelines/database/asTenant.js';

/** What a merging statement answers, over `batch` with its `merged` rows beside it. */
export interface Merged {
  readonly merged: number;
  /** Of what has nothing left to merge, entry by entry; null where there is none. */
  readonly buckets: readonly Date[] | null;
  readonly wells: readonly number[] | null;
  readonly tags: readonly number[] | null;
}

export const vanishedColumns = `
  array_agg(batch.bucket) filter (where merged.well_id is null) as buckets,
  array_agg(batch.well_id) filter (where merged.well_id is null) as wells,
  array_agg(batch.tag_id) filter (where merged.well_id is null) as tags`;

/** A statement of its own, and seldom sent: in one with the merge the planner would read the whole table for it. */
export async function dropVanished(
  client: TenantClient,
  table: 'reading_1h' | 'reading_1d',
  found: Merged | undefined,
): Promise<void> {
  if (found === undefined || found.buckets === null) return;
  await client.query(`select set_config('enable_nestloop', 'on', true)`);
  await client.query(
    `delete from ${table} using unnest($1::timestamptz[], $2::int4[], $3::int4[]) as gone (bucket, well_id, tag_id)
     where ${table}.bucket = gone.bucket and ${table}.well_id = gone.well_id and ${table}.tag_id = gone.tag_id`,
    [found.buckets, found.wells, found.tags],
  );
}
