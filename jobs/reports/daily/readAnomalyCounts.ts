/** How many findings touched a period, by well, kind and severity. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { AnomalyCount } from './dailyData.js';

// Of the rows of one id the latest counts: the greatest cycle, and in one cycle the closing.
const sql = `
  with latest as (
    select distinct on (anomaly_id) *
    from anomaly
    where start_at < to_timestamp($2 / 1000.0)
    order by anomaly_id, cycle desc, end_at desc nulls last
  )
  select well_id as "wellId", kind, severity, count(*)::float8 as total,
         (count(*) filter (where end_at is null or end_at > to_timestamp($2 / 1000.0)))::float8 as open
  from latest
  join well using (well_id)
  where well.status <> 'abandoned' and (end_at is null or end_at >= to_timestamp($1 / 1000.0))
  group by well_id, kind, severity
  order by well_id, kind, severity`;

export async function readAnomalyCounts(
  client: TenantClient,
  period: { readonly fromMs: number; readonly untilMs: number },
): Promise<AnomalyCount[]> {
  return (await client.query<AnomalyCount>(sql, [period.fromMs, period.untilMs])).rows;
}
