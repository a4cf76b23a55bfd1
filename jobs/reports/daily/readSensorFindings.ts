/** What was found wrong with sensors in a period: one row a sensor and kind of finding. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { SensorFinding } from './dailyData.js';

// A sensor that is found wrong again and again is listed once: the rows are bounded by sensors, not by findings.
const sql = `
  with latest as (
    select distinct on (anomaly_id) *
    from anomaly
    where start_at < to_timestamp($2 / 1000.0) and kind = 'quality'
    order by anomaly_id, cycle desc, end_at desc nulls last
  )
  select distinct well_id as "wellId", tag, detector, text_key as "textKey"
  from latest
  join well using (well_id)
  where well.status <> 'abandoned' and tag is not null
    and (end_at is null or end_at >= to_timestamp($1 / 1000.0))
  order by "wellId", tag, detector, "textKey"`;

export async function readSensorFindings(
  client: TenantClient,
  period: { readonly fromMs: number; readonly untilMs: number },
): Promise<SensorFinding[]> {
  return (await client.query<SensorFinding>(sql, [period.fromMs, period.untilMs])).rows;
}
