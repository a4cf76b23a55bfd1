/** How much of each signal came in a period, by its own pace; a signal of the week before that kept silent is there with zeros. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { SignalCompleteness } from './dailyData.js';

const sql = `
  with seen as (
    select well_id, tag_id, count(distinct bucket) as minutes, sum(samples) as samples, sum(good) as good,
           bit_or(flags) as flags, count(*) - count(distinct bucket) as late_parts
    from reading_1m
    where bucket >= to_timestamp($1 / 1000.0) and bucket < to_timestamp($2 / 1000.0)
    group by well_id, tag_id
  ), expected as (
    select well_id, tag_id from seen
    union
    select well_id, tag_id from reading_1h
    where bucket >= to_timestamp($1 / 1000.0) - interval '7 days' and bucket < to_timestamp($1 / 1000.0)
  ), pace as (
    -- What came at most once in so many minutes in the week before owes no more than that.
    select well_id, tag_id, greatest(1, 60.0 / max(samples)) as minutes from reading_1h
    where bucket >= to_timestamp($1 / 1000.0) - interval '7 days' and bucket < to_timestamp($1 / 1000.0)
    group by well_id, tag_id
  )
  select well_id as "wellId", tag.tag, 
         least(coalesce(seen.minutes * coalesce(pace.minutes, 1), 0), ($2 - $1) / 60000.0)::float8 as minutes,
         coalesce(seen.samples, 0)::float8 as samples, coalesce(seen.good, 0)::float8 as good,
         coalesce(seen.flags, 0) as flags, coalesce(seen.late_parts, 0)::float8 as "lateParts"
  from expected
  left join seen using (well_id, tag_id)
  left join pace using (well_id, tag_id)
  join tag using (tag_id)
  join well using (well_id)
  where well.status <> 'abandoned'
  order by well_id, tag.tag`;

export async function readCompleteness(
  client: TenantClient,
  period: { readonly fromMs: number; readonly untilMs: number },
): Promise<SignalCompleteness[]> {
  return (await client.query<SignalCompleteness>(sql, [period.fromMs, period.untilMs])).rows;
}
