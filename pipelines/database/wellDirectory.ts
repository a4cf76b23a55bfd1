/** The directory of tenants, wells and tags that workers look frames up in, kept fresh from the database. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import type { WellDirectory, WellLookup } from '#pipelines/admit/wellDirectory.js';
import { ensurePartitions } from './ensurePartitions.js';
import { type KnownTenant, knownTenant } from './knownTenant.js';
import { createTags, readCellTenants, readDirectory } from './readDirectory.js';

export interface WellDirectoryOptions {
  readonly cell?: string;
  /** How often changed plans, new wells and removed ones are looked for; 0: only `refresh()` and misses do. */
  readonly refreshMs?: number;
  /** A name that was not found is not looked for again before this. */
  readonly negativeMs?: number;
  /** Tenants held; beyond it the one longest held is forgotten, to be read again when it is asked for. */
  readonly tenantsMax?: number;
  /** Names held of tenants that do not exist and, a tenant, of tags that got no id. */
  readonly unknownMax?: number;
  readonly nowMs?: () => number;
}

/** As the contract, and to be closed. Its pool needs no more than the role `balancin_worker`. */
export interface FreshWellDirectory extends WellDirectory {
  /**
   * Reads again what has changed of the tenants held. Throws DATABASE_UNAVAILABLE; what was known stays. Call it when a
   * task is taken over: its state may hold ids of tags that another worker has made.
   */
  refresh(): Promise<void>;
  /**
   * Reads every tenant of the cell that was not read a moment ago: before a task's state is restored, whose wells may be of
   * tenants that no record has named here yet. Throws DATABASE_UNAVAILABLE.
   */
  readAll(): Promise<void>;
  close(): Promise<void>;
}

const wellDirectoryDefaults = {
  cell: 'default',
  refreshMs: 15_000,
  negativeMs: 1_000,
  // A cell takes about 200 tenants (design, cells).
  tenantsMax: 1_000,
  unknownMax: 10_000,
};

const partitionsEveryMs = 6 * 3_600_000;

export function createWellDirectory(pool: Pool, options: WellDirectoryOptions = {}): FreshWellDirectory {
  const { cell, refreshMs, negativeMs, tenantsMax, unknownMax } = { ...wellDirectoryDefaults, ...options };
  const nowMs = options.nowMs ?? Date.now;
  const tenants = new Map<string, KnownTenant>();
  /** When each was last read, existing or not: everything not found by then is not there. */
  const readAtMs = new Map<string, number>();
  const partitionsAtMs = new Map<string, number>();
  const refusedTags = new Map<string, Map<string, number>>();
  const reading = new Map<string, Promise<void>>();
  let lastTenant: KnownTenant | undefined;

  function tenantOf(ref: TenantRef): KnownTenant | undefined {
    if (lastTenant?.ref === ref) return lastTenant;
    const tenant = tenants.get(ref.slug);
    if (tenant === undefined || tenant.ref.tenantId !== ref.tenantId) return undefined;
    // A plan that changed makes a new reference; open windows still hold the old one, and the tags are the same.
    if (tenant.ref === ref) lastTenant = tenant;
    return tenant;
  }

  /** Callers of one tenant share one query. */
  async function read(slug: string): Promise<void> {
    const underWay = reading.get(slug);
    if (underWay !== undefined) return await underWay;
    const started = readNow(slug).finally(() => reading.delete(slug));
    reading.set(slug, started);
    await started;
  }

  async function readNow(slug: string): Promise<void> {
    const startedMs = nowMs();
    const before = tenants.get(slug);
    try {
      const rows = await readDirectory(pool, slug, cell, before?.version ?? null);
      if (rows === null) forget(slug);
      else {
        // Known only once its rows have a place to go.
        await preparePartitions(slug, startedMs);
        if (rows !== 'unchanged') remember(slug, knownTenant(slug, rows, before));
      }
    } catch (cause) {
      throw new BalancinError('DATABASE_UNAVAILABLE', `the wells of tenant '${slug}' cannot be read`, {
        cause,
      });
    }
    putBounded(readAtMs, slug, startedMs, tenantsMax + unknownMax);
  }

  async function preparePartitions(slug: string, atMs: number): Promise<void> {
    const doneMs = partitionsAtMs.get(slug);
    if (doneMs !== undefined && atMs - doneMs < partitionsEveryMs) return;
    await ensurePartitions(pool, slug);
    partitionsAtMs.set(slug, atMs);
  }

  function remember(slug: string, tenant: KnownTenant): void {
    const oldest = tenants.keys().next().value;
    if (!tenants.has(slug) && tenants.size >= tenantsMax && oldest !== undefined) {
      forget(oldest);
      readAtMs.delete(oldest);
    }
    tenants.set(slug, tenant);
    lastTenant = undefined;
  }

  function forget(slug: string): void {
    tenants.delete(slug);
    partitionsAtMs.delete(slug);
    refusedTags.delete(slug);
    lastTenant = undefined;
  }

  function isRecent(atMs: number | undefined): boolean {
    return atMs !== undefined && nowMs() - atMs < negativeMs;
  }

  async function giveTagIds(tenant: KnownTenant, tags: readonly string[]): Promise<void> {
    const { slug } = tenant.ref;
    const refused = refusedTags.get(slug) ?? new Map<string, number>();
    const wanted = tags.filter((tag) => !tenant.tagIds.has(tag) && !isRecent(refused.get(tag)));
    if (wanted.length === 0) return;
    const ids = await createTags(pool, slug, wanted).catch((cause: unknown) => {
      throw new BalancinError('DATABASE_UNAVAILABLE', `tags of tenant '${slug}' cannot be made`, { cause });
    });
    // The tenant may have been read anew meanwhile.
    const current = tenants.get(slug) ?? tenant;
    for (const tag of wanted) {
      const tagId = ids.get(tag);
      if (tagId === undefined) putBounded(refused, tag, nowMs(), unknownMax);
      else {
        current.tagIds.set(tag, tagId);
        current.tagNames.set(tagId, tag);
        refused.delete(tag);
      }
    }
    if (refused.size > 0) refusedTags.set(slug, refused);
    else refusedTags.delete(slug);
  }

  const directory: FreshWellDirectory = {
    find(tenant, site, well): WellLookup {
      const known = tenants.get(tenant);
      return known === undefined ? 'unknown-tenant' : (known.sites.get(site)?.get(well) ?? 'unknown-well');
    },
    tenant: (slug) => tenants.get(slug)?.ref,
    modelChoice: (slug, model) => tenants.get(slug)?.models[model],
    tagId: (ref, tag) => tenantOf(ref)?.tagIds.get(tag) ?? -1,
    tagName(ref, tagId) {
      const name = tenantOf(ref)?.tagNames.get(tagId);
      if (name === undefined)
        throw new BalancinError('BUG', `tenant '${ref.slug}' has no tag with the id ${tagId}`);
      return name;
    },
    async resolve({ tenant, site, well, tags }) {
      const isMissing = typeof directory.find(tenant, site, well) === 'string';
      if (isMissing && !isRecent(readAtMs.get(tenant))) await read(tenant);
      const known = tenants.get(tenant);
      if (known !== undefined) await giveTagIds(known, tags);
    },
    async readAll() {
      const slugs = await readCellTenants(pool, cell).catch((cause: unknown) => {
        throw new BalancinError('DATABASE_UNAVAILABLE', 'the tenants of the cell cannot be read', { cause });
      });
      for (const slug of slugs) if (!isRecent(readAtMs.get(slug)) || !tenants.has(slug)) await read(slug);
    },
    async refresh() {
      for (const slug of tenants.keys()) await read(slug);
    },
    async close() {
      clearInterval(timer);
      await Promise.allSettled(reading.values());
    },
  };
  // A failed refresh is tried again by the next; what cannot wait (a miss) throws by itself.
  const timer =
    refreshMs > 0 ? setInterval(() => void directory.refresh().catch(() => {}), refreshMs) : undefined;
  timer?.unref();
  return directory;
}

/** The oldest entry makes room. */
function putBounded(map: Map<string, number>, key: string, value: number, sizeMax: number): void {
  const oldest = map.keys().next().value;
  if (!map.has(key) && map.size >= sizeMax && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
