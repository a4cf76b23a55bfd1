/** Merges the hours of some dirty days (UTC) into their rows of `reading_1d`. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import { dropVanished, type Merged, vanishedColumns } from './dropVanished.js';

const sql = `
  with batch as (
    delete from rollup_dirty
    where (level, bucket, well_id, tag_id) in (
      select level, bucket, well_id, tag_id from rollup_dirty where level = '1d'
      order by bucket, well_id, tag_id limit $1
    )
    returning bucket, well_id, tag_id
  ), merged as materialized (
    select day.bucket as day, day.well_id, day.tag_id, part.*
    from batch day
    cross join lateral (
      select sum(samples), sum(good), bit_or(flags), sum(sum), sum(sum_squares), min(min), max(max),
             (array_agg(first order by bucket, first_ms, first) filter (where good > 0))[1],
             (array_agg(last order by bucket desc, last_ms desc, last desc) filter (where good > 0))[1],
             coalesce(min((extract(epoch from bucket - day.bucket) * 1000)::int4 + first_ms)
               filter (where good > 0), 0),
             coalesce(max((extract(epoch from bucket - day.bucket) * 1000)::int4 + last_ms)
               filter (where good > 0), 0)
      from reading_1h hour
      where hour.well_id = day.well_id and hour.tag_id = day.tag_id
        and hour.bucket >= day.bucket and hour.bucket < day.bucket + interval '1 day'
      having count(*) > 0
    ) as part
  ), written as (
    insert into reading_1d (bucket, well_id, tag_id, samples, good, flags, sum, sum_squares, min, max,
                            first, last, first_ms, last_ms)
    select * from merged
    on conflict (well_id, tag_id, bucket) do update set
      samples = excluded.samples, good = excluded.good, flags = excluded.flags, sum = excluded.sum,
      sum_squares = excluded.sum_squares, min = excluded.min, max = excluded.max, first = excluded.first,
      last = excluded.last, first_ms = excluded.first_ms, last_ms = excluded.last_ms
  )
  select count(*)::int4 as merged, ${vanishedColumns}
  from batch left join merged on (merged.day, merged.well_id, merged.tag_id) = (batch.bucket, batch.well_id, batch.tag_id)`;

/** How many days of a signal were merged; 0 when none is left. */
export async function mergeDays(client: TenantClient, rowsMax: number): Promise<number> {
  const { rows } = await client.query<Merged>(sql, [rowsMax]);
  await dropVanished(client, 'reading_1d', rows[0]);
  return rows[0]?.merged ?? 0;
}
