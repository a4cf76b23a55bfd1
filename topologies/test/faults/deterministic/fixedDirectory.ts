/** Wells and tags of the schedules' database, read once: what is not known at the start never will be. */
import type { Pool } from 'pg';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';

/** The tenant exists. Its machine learning is off: the schedules are too short for a score. */
export async function readFixedDirectory(pool: Pool, slug: string): Promise<WellDirectory> {
  const schema = `t_${slug}`;
  const tenant: TenantRef = { tenantId: 1, slug, schema, retentionDays: null, machineLearning: false };
  const wells = new Map<string, WellRef>();
  const found = await pool.query<{ well_id: number; site_id: number; site: string; well: string }>(
    `SELECT w.well_id, s.site_id, s.name AS site, w.name AS well
     FROM "${schema}".well w JOIN "${schema}".site s USING (site_id)`,
  );
  for (const { well_id: wellId, site_id: siteId, site, well } of found.rows)
    wells.set(JSON.stringify([site, well]), { tenant, wellId, siteId, site, well });
  const tags = await pool.query<{ tag_id: number; tag: string }>(`SELECT tag_id, tag FROM "${schema}".tag`);
  const ids = new Map(tags.rows.map((row) => [row.tag, row.tag_id]));
  const names = new Map(tags.rows.map((row) => [row.tag_id, row.tag]));
  return {
    find: (of, site, well) =>
      of === slug ? (wells.get(JSON.stringify([site, well])) ?? 'unknown-well') : 'unknown-tenant',
    tenant: (of) => (of === slug ? tenant : undefined),
    tagId: (_, tag) => ids.get(tag) ?? -1,
    tagName: (_, id) => names.get(id) ?? '',
    resolve: async () => undefined,
  };
}
