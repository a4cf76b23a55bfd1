/** The wells that growth is measured with: tenants, sites and wells by number, their rows in the database, their frames. */
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { withClient } from '#pipelines/database/pool.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { createTenantOn } from '#pipelines/tenants/createTenant.js';

export interface Fleet {
  readonly tenants: number;
  /** In all, dealt over the tenants in equal runs. */
  readonly wells: number;
  readonly wellsPerSite: number;
  readonly tags: number;
  /** A tag and frame, spread over a minute. */
  readonly samples: number;
}

export const minuteMs = 60_000;
const tenantOf = (fleet: Fleet, well: number): string =>
  `x${Math.floor((well * fleet.tenants) / fleet.wells)}`;
export const siteOf = (fleet: Fleet, well: number): string => `s${Math.floor(well / fleet.wellsPerSite)}`;
export const keyOf = (fleet: Fleet, well: number): string =>
  `${tenantOf(fleet, well)}/${siteOf(fleet, well)}`;
const tagName = (tag: number): string => `esp.tag${tag}`;

/**
 * Makes the frames of a fleet. Values are k/8, other ones in each frame: constant ones would let state be compressed to nothing.
 */
export function frameMaker(
  fleet: Fleet,
  schemaId: number,
): (well: number, seq: number, t0: number) => Buffer {
  const dtMs = Int32Array.from({ length: fleet.samples }, (_, i) =>
    Math.floor((i * minuteMs) / fleet.samples),
  );
  const quality = new Uint8Array(fleet.samples);
  const series = Array.from({ length: fleet.tags }, (_, tag) => ({
    tag: tagName(tag),
    dtMs,
    value: new Float32Array(fleet.samples),
    quality,
  }));
  return (well, seq, t0) => {
    let random = (Math.imul(well + 1, 2_654_435_761) ^ Math.imul(seq + 1, 40_503)) >>> 0;
    for (const { value } of series) {
      for (let i = 0; i < value.length; i++) {
        random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
        value[i] = ((random >>> 16) - 32_768) / 8;
      }
    }
    const names = {
      tenant: tenantOf(fleet, well),
      site: siteOf(fleet, well),
      well: `w${well}`,
      stream: 'fast',
    };
    return encodeFrame({ ...names, epoch: 1, seq, t0, historical: false, series }, schemaId);
  };
}

/** Tenants, sites, wells and tags in a migrated database. */
export async function setUpFleet(databaseUrl: string, fleet: Fleet): Promise<void> {
  const wells = Array.from({ length: fleet.wells }, (_, well) => well);
  const tags = Array.from({ length: fleet.tags }, (_, tag) => tagName(tag));
  await withClient({ databaseUrl, name: 'balancin bench' }, async (client) => {
    for (let tenant = 0; tenant < fleet.tenants; tenant++) {
      const slug = `x${tenant}`;
      // A month a partition and a year of them, as two hundred tenants in a cell have: five years of weeks are 500 tables each.
      const overrides = { retentionDays: 365 };
      await createTenantOn(client, {
        slug,
        name: slug,
        plan: 'enterprise',
        partitionUnit: 'month',
        overrides,
      });
      const schema = quoteName(tenantSchema(slug));
      const own = wells.filter((well) => tenantOf(fleet, well) === slug);
      await client.query(
        `INSERT INTO ${schema}.site (name, timezone) SELECT DISTINCT name, 'UTC' FROM unnest($1::text[]) AS s (name)`,
        [own.map((well) => siteOf(fleet, well))],
      );
      await client.query(
        `INSERT INTO ${schema}.well (site_id, name, lift_type, meta)
         SELECT site_id, w.name, 'esp', '{}' FROM unnest($1::text[], $2::text[]) AS w (site, name)
         JOIN ${schema}.site s ON s.name = w.site`,
        [own.map((well) => siteOf(fleet, well)), own.map((well) => `w${well}`)],
      );
      await client.query(
        `INSERT INTO ${schema}.tag (tag, unit) SELECT tag, '1' FROM unnest($1::text[]) AS t (tag)`,
        [tags],
      );
    }
  });
}
