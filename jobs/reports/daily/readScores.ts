/** What each model said of each well in a period, at its worst. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { ScoreSummary } from './dailyData.js';

const sql = `
  with ranked as (
    select score.*,
           row_number() over by_ratio as place,
           count(*) over all_of as scored,
           count(*) filter (where value > threshold) over all_of as over_threshold
    from score
    join well using (well_id)
    where at >= to_timestamp($1 / 1000.0) and at < to_timestamp($2 / 1000.0) and well.status <> 'abandoned'
    window by_ratio as (partition by well_id, model order by value / nullif(threshold, 0) desc nulls last, at),
           all_of as (partition by well_id, model)
  )
  select well_id as "wellId", model, version, value, threshold,
         (extract(epoch from at) * 1000)::float8 as "atMs",
         scored::float8 as scored, over_threshold::float8 as "overThreshold", contributions
  from ranked
  where place = 1
  order by value / nullif(threshold, 0) desc nulls last, well_id, model`;

export async function readScores(
  client: TenantClient,
  period: { readonly fromMs: number; readonly untilMs: number },
): Promise<ScoreSummary[]> {
  return (await client.query<ScoreSummary>(sql, [period.fromMs, period.untilMs])).rows;
}
