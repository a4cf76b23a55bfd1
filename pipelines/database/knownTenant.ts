/** One tenant's names in memory, so shaped that a look-up makes no string. */
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { ModelChoices } from '#pipelines/modelchoice/modelChoice.js';
import type { TenantRows } from './readDirectory.js';
import { tenantSchema } from './tenantNames.js';

export interface KnownTenant {
  readonly ref: TenantRef;
  readonly version: string;
  readonly sites: ReadonlyMap<string, ReadonlyMap<string, WellRef>>;
  readonly models: ModelChoices;
  readonly tagIds: Map<string, number>;
  readonly tagNames: Map<number, string>;
}

/** What is as it was keeps its object, so that whoever holds a `WellRef` may compare it by identity. */
export function knownTenant(slug: string, rows: TenantRows, before: KnownTenant | undefined): KnownTenant {
  const ref: TenantRef = {
    tenantId: rows.tenantId,
    slug,
    schema: tenantSchema(slug),
    retentionDays: rows.retentionDays,
    machineLearning: rows.machineLearning,
  };
  const same =
    before !== undefined &&
    before.ref.tenantId === ref.tenantId &&
    before.ref.retentionDays === ref.retentionDays &&
    before.ref.machineLearning === ref.machineLearning;
  const tenant = same ? before.ref : ref;
  const sites = new Map<string, Map<string, WellRef>>();
  for (const [wellId, siteId, site, well] of rows.wells) {
    let wells = sites.get(site);
    if (wells === undefined) {
      wells = new Map();
      sites.set(site, wells);
    }
    const old = same ? before.sites.get(site)?.get(well) : undefined;
    const kept = old !== undefined && old.wellId === wellId && old.siteId === siteId;
    wells.set(well, kept ? old : { tenant, wellId, siteId, site, well });
  }
  const tagIds = new Map<string, number>();
  const tagNames = new Map<number, string>();
  for (const [tagId, tag] of rows.tags) {
    tagIds.set(tag, tagId);
    tagNames.set(tagId, tag);
  }
  return { ref: tenant, version: rows.version, models: rows.models ?? {}, sites, tagIds, tagNames };
}
