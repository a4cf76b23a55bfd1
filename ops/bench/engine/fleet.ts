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
  /** Tags that detectors know, with values they believe, so that all of them have work. */
  readonly known?: true;
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
export const tagName = (tag: number, { known }: Pick<FleetShape, 'known'> = {}): string =>
  known ? (knownTags[tag] as string) : `esp.tag${tag}`;

/** Of six kinds, none of them set by people. */
const knownTags: readonly string[] = [
  'well.tpt.p',
  'well.choke.up.p',
  'esp.pip',
  'esp.pdp',
  'esp.ti',
  'esp.tm',
  'esp.ia',
  'esp.vab',
  'esp.kw',
  'gl.qgi',
];

/** What `wellName` and `tagName` were given. */
export function numberIn(name: string): number {
  const known = knownTags.indexOf(name);
  return known >= 0 ? known : Number(/\d+$/u.exec(name)?.[0] ?? Number.NaN);
}

export const framesOf = (shape: FleetShape): number => shape.wells * shape.rounds;
export const samplesPerFrame = (shape: FleetShape): number => shape.tags * shape.samples;

/** Minutes from the first sample to the last, in full. */
export const minutesOf = (shape: FleetShape): number =>
  Math.ceil((shape.rounds * shape.samples * stepMs) / 60_000) + 2;
