/** The worst process findings that touched a period. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { AnomalyFinding } from './dailyData.js';

// Of the rows of one id the latest counts: the greatest cycle, and in one cycle the closing. One that ended after the
// period was open in it.
const sql = `
  with latest as (
    select distinct on (anomaly_id) *
    from anomaly
    where start_at < to_timestamp($2 / 1000.0)
    order by anomaly_id, cycle desc, end_at desc nulls last
  )
  select anomaly_id as "anomalyId", well_id as "wellId", tag, detector, kind, severity,
         (extract(epoch from start_at) * 1000)::float8 as "startMs",
         (extract(epoch from case when end_at <= to_timestamp($2 / 1000.0) then end_at end) * 1000)::float8 as "endMs",
         score, expected, actual, unit, text_key as "textKey", contributions
  from latest
  join well using (well_id)
  where well.status <> 'abandoned' and kind = 'process'
    and (end_at is null or end_at >= to_timestamp($1 / 1000.0))
    and ($4::text[] is null or detector = any($4))
  order by array_position(array['critical', 'warning', 'info'], severity), score desc, anomaly_id
  limit $3`;

export async function readAnomalies(
  client: TenantClient,
  period: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly rowsMax: number /** All by default. */;
    readonly detectors?: readonly string[];
  },
): Promise<AnomalyFinding[]> {
  const { rows } = await client.query<AnomalyFinding>(sql, [
    period.fromMs,
    period.untilMs,
    period.rowsMax,
    period.detectors ?? null,
  ]);
  return rows;
}
