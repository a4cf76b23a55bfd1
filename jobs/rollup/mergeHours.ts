/** Merges the minute partials of some dirty hours into their rows of `reading_1h`. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import { dropVanished, type Merged, vanishedColumns } from './dropVanished.js';

// The rules of merging: schemas/records/windowAggregate.ts. The whole hour is merged anew, so doing it twice is harmless.
// By stretches of a day, not by the signal: minutes have no index by well while they are filled, and a backfill of many
// wells lies in no order of time (ops/decisions/readingIndex.md).
const sql = `
  with batch as (
    delete from rollup_dirty
    where (level, bucket, well_id, tag_id) in (
      select level, bucket, well_id, tag_id from rollup_dirty where level = '1h'
      order by bucket, well_id, tag_id limit $1
    )
    returning bucket, well_id, tag_id
  ), merged as materialized (
    select part.*
    from (
      select min(bucket) as since, max(bucket) + interval '1 hour' as until
      from batch group by date_trunc('day', bucket, 'UTC')
    ) span
    cross join lateral (
      select date_trunc('hour', minute.bucket, 'UTC') as hour, well_id, tag_id,
             sum(samples), sum(good), bit_or(flags), sum(sum), sum(sum_squares), min(min), max(max),
             (array_agg(first order by bucket, first_ms, first) filter (where good > 0))[1],
             (array_agg(last order by bucket desc, last_ms desc, last desc) filter (where good > 0))[1],
             coalesce(min((extract(epoch from bucket - date_trunc('hour', bucket, 'UTC')) * 1000)::int4 + first_ms)
               filter (where good > 0), 0),
             coalesce(max((extract(epoch from bucket - date_trunc('hour', bucket, 'UTC')) * 1000)::int4 + last_ms)
               filter (where good > 0), 0)
      from reading_1m minute
      where minute.bucket >= span.since and minute.bucket < span.until
        and (date_trunc('hour', minute.bucket, 'UTC'), minute.well_id, minute.tag_id) in (
          select batch.bucket, batch.well_id, batch.tag_id from batch
        )
      group by hour, well_id, tag_id
    ) as part
  ), written as (
    insert into reading_1h (bucket, well_id, tag_id, samples, good, flags, sum, sum_squares, min, max,
                            first, last, first_ms, last_ms)
    select * from merged
    on conflict (well_id, tag_id, bucket) do update set
      samples = excluded.samples, good = excluded.good, flags = excluded.flags, sum = excluded.sum,
      sum_squares = excluded.sum_squares, min = excluded.min, max = excluded.max, first = excluded.first,
      last = excluded.last, first_ms = excluded.first_ms, last_ms = excluded.last_ms
  ), days as (
    insert into rollup_dirty (level, bucket, well_id, tag_id)
    select distinct '1d', date_trunc('day', bucket, 'UTC'), well_id, tag_id from batch
    on conflict do nothing
  )
  select count(*)::int4 as merged, ${vanishedColumns}
  from batch left join merged on (merged.hour, merged.well_id, merged.tag_id) = (batch.bucket, batch.well_id, batch.tag_id)`;

/*
 * A partition that autovacuum has not counted yet looks empty to the planner, which then compares each minute with each
 * dirty signal in a loop: 870 s for a million rows where a hash takes seconds. Until the transaction ends.
 */
const plannerSql = `select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`;

/** How many hours of a signal were merged; 0 when none is left. */
export async function mergeHours(client: TenantClient, rowsMax: number): Promise<number> {
  await client.query(plannerSql);
  const { rows } = await client.query<Merged>(sql, [rowsMax]);
  await dropVanished(client, 'reading_1h', rows[0]);
  return rows[0]?.merged ?? 0;
}
