/** The demo's tenant, with a site, a key and the recorded wells for each login that publishes. */
import { createKey } from '#pipelines/tenants/createKey.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell, type LiftType } from '#pipelines/tenants/createWell.js';
import type { Cell } from '#ops/cell/cell.js';
import type { SiteLogin } from './publish.js';

export async function setUpTenant(
  { pool }: Cell,
  tenant: string,
  wells: readonly { readonly site: string; readonly well: string; readonly liftType: LiftType }[],
): Promise<SiteLogin[]> {
  await createTenant(pool, { slug: tenant, name: 'Petróleos Demo', plan: 'enterprise' });
  const logins: SiteLogin[] = [];
  for (const site of new Set(wells.map((well) => well.site))) {
    await createSite(pool, { tenant, name: site });
    logins.push({ tenant, site, ...(await createKey(pool, { tenant, site })) });
  }
  for (const { site, well, liftType } of wells)
    await createWell(pool, { tenant, site, name: well, liftType });
  return logins;
}
