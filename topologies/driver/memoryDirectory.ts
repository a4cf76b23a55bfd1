/** A well directory for tests: knows the wells it was given, gives each new tag the next id. */
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';

export interface MemoryWell {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
}

export interface MemoryDirectory extends WellDirectory {
  /** Makes a well known, as if the database had got it. */
  add(well: MemoryWell): WellRef;
}

export function createMemoryDirectory(
  wells: readonly MemoryWell[],
  tenantOptions: Partial<TenantRef> = {},
): MemoryDirectory {
  const tenants = new Map<string, TenantRef>();
  const refs = new Map<string, WellRef>();
  const tags = new Map<string, string[]>();
  const name = (...parts: string[]): string => JSON.stringify(parts);

  const directory: MemoryDirectory = {
    add({ tenant: slug, site, well }) {
      let tenant = tenants.get(slug);
      if (tenant === undefined) {
        tenant = {
          tenantId: tenants.size + 1,
          slug,
          schema: `t_${slug}`,
          retentionDays: null,
          machineLearning: true,
          ...tenantOptions,
        };
        tenants.set(slug, tenant);
        tags.set(slug, []);
      }
      const ref = { tenant, wellId: refs.size + 1, siteId: 1, site, well };
      refs.set(name(slug, site, well), ref);
      return ref;
    },
    find(tenant, site, well) {
      if (!tenants.has(tenant)) return 'unknown-tenant';
      return refs.get(name(tenant, site, well)) ?? 'unknown-well';
    },
    tenant: (slug) => tenants.get(slug),
    tagId(tenant, tag) {
      const at = tags.get(tenant.slug)?.indexOf(tag) ?? -1;
      return at < 0 ? -1 : at + 1;
    },
    tagName: (tenant, tagId) => tags.get(tenant.slug)?.[tagId - 1] ?? '',
    async resolve(miss) {
      const known = tags.get(miss.tenant);
      if (known === undefined) return;
      for (const tag of miss.tags) if (!known.includes(tag)) known.push(tag);
    },
  };
  for (const well of wells) directory.add(well);
  return directory;
}
