/** The tenants of this cell as jobs need them. */
import type { Pool } from 'pg';

export interface JobTenant {
  readonly slug: string;
  readonly title: string;
  /** IANA name: the local time of its production days. */
  readonly timeZone: string;
  /** When its production day begins, minutes after local midnight. */
  readonly cutOffMinutes: number;
  readonly machineLearning: boolean;
  /** How long its time tables are kept, days; null keeps all. */
  readonly retentionDays: number | null;
}

const sql = `
  select terms.slug, terms.name as title, tenant.report_time_zone as "timeZone",
         tenant.report_cut_off_minutes as "cutOffMinutes", terms.machine_learning as "machineLearning",
         terms.retention_days as "retentionDays"
  from balancin.tenant_terms terms
  join balancin.tenant using (tenant_id)
  where terms.cell = $1
  order by terms.slug`;

export async function listTenants(pool: Pool, cell: string): Promise<JobTenant[]> {
  return (await pool.query<JobTenant>(sql, [cell])).rows;
}
