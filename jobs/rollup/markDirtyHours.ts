/** Notes the hours that got partials since the last look, and moves the cursors past them. */
import type { TenantClient } from '#pipelines/database/asTenant.js';

/*
 * `cycle` is task × 2^40 + commit number (pipelines/commit/cycle.ts). A task's commits end one after the other, for each
 * waits for the task's row: so whatever this statement's snapshot shows of a task, nothing smaller of it can appear later,
 * and one cursor a task misses nothing. One cursor over all tasks would: theirs commit in any order.
 *
 * The ranges lie between the cursors: after each up to where the next known task begins, and before the first. So a task
 * that is not known yet is found in them, and no row is read twice.
 */
const sql = `
  with ranges as (
    select cycle as above, coalesce(lead(task) over (order by task)::int8 << 40, 9223372036854775807) as below
    from rollup_cursor
    union all
    select -1, coalesce(min(task)::int8 << 40, 9223372036854775807) from rollup_cursor
  ), fresh as materialized (
    select date_trunc('hour', reading.bucket, 'UTC') as hour, reading.well_id, reading.tag_id,
           (reading.cycle >> 40)::int4 as task, max(reading.cycle) as cycle
    from ranges
    join reading_1m reading on reading.cycle > ranges.above and reading.cycle < ranges.below
    group by hour, well_id, tag_id, task
  ), marked as (
    insert into rollup_dirty (level, bucket, well_id, tag_id)
    select distinct '1h', hour, well_id, tag_id from fresh
    on conflict do nothing
  ), moved as (
    insert into rollup_cursor (task, cycle)
    select task, max(cycle) from fresh group by task
    on conflict (task) do update set cycle = excluded.cycle
  )
  select count(*)::int4 as found from (select distinct hour, well_id, tag_id from fresh) as touched`;

/** How many hours of a signal were touched. */
export async function markDirtyHours(client: TenantClient): Promise<number> {
  const { rows } = await client.query<{ found: number }>(sql);
  return rows[0]?.found ?? 0;
}
