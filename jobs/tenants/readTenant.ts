/** One tenant as jobs need it. */
import type { Pool } from 'pg';
import { requireSlug } from '#pipelines/database/tenantNames.js';
import { BalancinError } from '#schemas/errors.js';
import type { JobTenant } from './listTenants.js';

const sql = `
  select terms.slug, terms.name as title, tenant.report_time_zone as "timeZone",
         tenant.report_cut_off_minutes as "cutOffMinutes", terms.machine_learning as "machineLearning",
         terms.retention_days as "retentionDays"
  from balancin.tenant_terms terms
  join balancin.tenant using (tenant_id)
  where terms.slug = $1`;

/** Throws USAGE, NOT_FOUND. */
export async function readTenant(pool: Pool, slug: string): Promise<JobTenant> {
  const { rows } = await pool.query<JobTenant>(sql, [requireSlug(slug)]);
  const tenant = rows[0];
  if (tenant === undefined) throw new BalancinError('NOT_FOUND', `There is no tenant "${slug}"`);
  return tenant;
}
