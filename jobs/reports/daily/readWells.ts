/** The tenant's wells that are not abandoned. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { WellName } from './dailyData.js';

const sql = `
  select well.well_id as "wellId", site.name as site, well.name as well
  from well join site using (site_id)
  where well.status <> 'abandoned'
  order by site.name, well.name`;

export async function readWells(client: TenantClient): Promise<WellName[]> {
  return (await client.query<WellName>(sql)).rows;
}
