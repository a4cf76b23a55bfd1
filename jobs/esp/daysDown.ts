/** Days from an ESP's failure to production again: what a tenant or one of its sites has set. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { TenantClient } from '#pipelines/database/asTenant.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';

/** Rig wait and job together [common practice onshore: one to two weeks]. */
export const daysDownDefault = 10;
const daysDownMax = 365;

export interface DaysDown {
  /** Of sites that have one of their own. */
  readonly bySite: ReadonlyMap<string, number>;
  /** Of all others. */
  readonly others: number;
}

export async function readDaysDown(client: TenantClient): Promise<DaysDown> {
  const { rows } = await client.query<{ site: string | null; days: number | null }>(
    `SELECT DISTINCT ON (d.site_id) s.name AS site, d.days FROM esp_days_down d LEFT JOIN site s USING (site_id)
     ORDER BY d.site_id, d.setting_id DESC`,
  );
  const set = rows.flatMap(({ site, days }) => (days === null ? [] : [{ site, days }]));
  return {
    bySite: new Map(set.flatMap(({ site, days }) => (site === null ? [] : [[site, days] as const]))),
    others: set.find(({ site }) => site === null)?.days ?? daysDownDefault,
  };
}

/** `site` null: for all without one of their own; `days` null takes it back. Throws USAGE (days), NOT_FOUND (tenant, site). */
export async function setDaysDown(
  pool: Pool,
  { tenant, site }: { readonly tenant: string; readonly site: string | null },
  days: number | null,
): Promise<void> {
  if (days !== null && !(days > 0 && days <= daysDownMax))
    throw new BalancinError('USAGE', `days down are above 0 and at most ${daysDownMax}`);
  const schema = quoteName(tenantSchema(tenant));
  await inPoolTransaction(pool, async (client) => {
    const { rows: known } = await client.query('SELECT FROM balancin.tenant WHERE slug = $1', [tenant]);
    if (known.length === 0) throw new BalancinError('NOT_FOUND', `there is no tenant '${tenant}'`);
    const { rowCount } = await client.query(
      `INSERT INTO ${schema}.esp_days_down (site_id, days)
       SELECT s.site_id, $2 FROM (VALUES (1)) one LEFT JOIN ${schema}.site s ON s.name = $1
       WHERE $1::text IS NULL OR s.site_id IS NOT NULL`,
      [site, days],
    );
    if (rowCount === 0) throw new BalancinError('NOT_FOUND', `tenant '${tenant}' has no site '${site}'`);
    await writeAudit(client, { action: 'esp.days-down', tenant, subject: site ?? '', detail: { days } });
  });
}
