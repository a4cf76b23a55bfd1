/** Minutes with data of each well, hour by hour of a period. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { HourCoverage } from './dailyData.js';

const sql = `
  select well_id as "wellId", hour, count(*)::float8 as "signalMinutes"
  from (
    select distinct well_id, tag_id, bucket,
           floor((extract(epoch from bucket) * 1000 - $1) / 3600000)::int as hour
    from reading_1m
    where bucket >= to_timestamp($1 / 1000.0) and bucket < to_timestamp($2 / 1000.0)
  ) as minute
  join well using (well_id)
  where well.status <> 'abandoned'
  group by well_id, hour
  order by well_id, hour`;

export async function readCoverage(
  client: TenantClient,
  period: { readonly fromMs: number; readonly untilMs: number },
): Promise<HourCoverage[]> {
  return (await client.query<HourCoverage>(sql, [period.fromMs, period.untilMs])).rows;
}
