/** Merges the minute partials of some dirty hours into their rows of `reading_1h`. */
import type { TenantClient } from '#pipelines/database/asTenant.js';

// The rules of merging: schemas/records/windowAggregate.ts. The whole hour is merged anew, so doing it twice is harmless.
// By the hour, not by the signal: minutes have no index by well while they are filled (ops/decisions/readingIndex.md).
const sql = `
  with batch as (
    delete from rollup_dirty
    where (level, bucket, well_id, tag_id) in (
      select level, bucket, well_id, tag_id from rollup_dirty where level = '1h'
      order by bucket, well_id, tag_id limit $1
    )
    returning bucket, well_id, tag_id
  ), written as (
    insert into reading_1h (bucket, well_id, tag_id, samples, good, flags, sum, sum_squares, min, max,
                            first, last, first_ms, last_ms)
    select hour.bucket, merged.*
    from (select distinct bucket from batch) hour
    cross join lateral (
      select well_id, tag_id, sum(samples), sum(good), bit_or(flags), sum(sum), sum(sum_squares), min(min), max(max),
             (array_agg(first order by bucket, first_ms, first) filter (where good > 0))[1],
             (array_agg(last order by bucket desc, last_ms desc, last desc) filter (where good > 0))[1],
             coalesce(min((extract(epoch from bucket - hour.bucket) * 1000)::int4 + first_ms)
               filter (where good > 0), 0),
             coalesce(max((extract(epoch from bucket - hour.bucket) * 1000)::int4 + last_ms)
               filter (where good > 0), 0)
      from reading_1m minute
      where minute.bucket >= hour.bucket and minute.bucket < hour.bucket + interval '1 hour'
        and (minute.well_id, minute.tag_id) in (
          select batch.well_id, batch.tag_id from batch where batch.bucket = hour.bucket
        )
      group by well_id, tag_id
    ) as merged
    on conflict (well_id, tag_id, bucket) do update set
      samples = excluded.samples, good = excluded.good, flags = excluded.flags, sum = excluded.sum,
      sum_squares = excluded.sum_squares, min = excluded.min, max = excluded.max, first = excluded.first,
      last = excluded.last, first_ms = excluded.first_ms, last_ms = excluded.last_ms
  ), days as (
    insert into rollup_dirty (level, bucket, well_id, tag_id)
    select distinct '1d', date_trunc('day', bucket, 'UTC'), well_id, tag_id from batch
    on conflict do nothing
  )
  select count(*)::int4 as merged from batch`;

/** How many hours of a signal were merged; 0 when none is left. */
export async function mergeHours(client: TenantClient, rowsMax: number): Promise<number> {
  const { rows } = await client.query<{ merged: number }>(sql, [rowsMax]);
  return rows[0]?.merged ?? 0;
}
