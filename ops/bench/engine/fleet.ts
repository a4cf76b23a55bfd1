/** The wells that the engine is measured with: names, times and counts as the reference's generator makes them. */

export interface FleetShape {
  readonly wells: number;
  readonly tags: number;
  /** A tag and frame, one a second. */
  readonly samples: number;
  /** A well. */
  readonly rounds: number;
  /** Eight tenants instead of one, jittered times, bad samples, frames late and twice; compressed with lz4. */
  readonly dirty: boolean;
}

export const partitions = 8;
export const stepMs = 1000;
export const firstMs = 1_760_000_000_000;
const wellsPerSite = 4;
const dirtyTenants = 8;

export const tenantOf = (shape: FleetShape, well: number): string =>
  shape.dirty ? `t${Math.floor(well / wellsPerSite) % dirtyTenants}` : 'acme';
export const siteOf = (well: number): string => `s${Math.floor(well / wellsPerSite)}`;
export const wellName = (well: number): string => `w${well}`;
export const tagName = (tag: number): string => `esp.tag${tag}`;

/** What `wellName` and `tagName` were given. */
export const numberIn = (name: string): number => Number(/\d+$/u.exec(name)?.[0] ?? Number.NaN);

export const framesOf = (shape: FleetShape): number => shape.wells * shape.rounds;
export const samplesPerFrame = (shape: FleetShape): number => shape.tags * shape.samples;

/** Minutes from the first sample to the last, in full. */
export const minutesOf = (shape: FleetShape): number =>
  Math.ceil((shape.rounds * shape.samples * stepMs) / 60_000) + 2;
