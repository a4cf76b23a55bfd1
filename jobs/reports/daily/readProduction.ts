/** Measured or allocated production of a day, the last word a well. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { WellProduction } from './dailyData.js';

const sql = `
  select distinct on (well_id) well_id as "wellId", oil_m3 as "oilM3", gas_sm3 as "gasSm3",
         water_m3 as "waterM3", on_hours::float8 as "onHours", method
  from daily_production
  join well using (well_id)
  where day = $1::date and well.status <> 'abandoned'
  order by well_id, hlc desc, cycle desc`;

export async function readProduction(client: TenantClient, day: string): Promise<WellProduction[]> {
  return (await client.query<WellProduction>(sql, [day])).rows;
}
