/** Settings of detection by tenant, site, well and tag: the most specific rule that says something of a setting wins. */
import type { WellRef } from '#schemas/records/wellRef.js';
import type { WatchedTag } from './watchedTags.js';

/** What may be set; what is left out keeps its default. */
export interface DetectionSettings {
  /** No finding at all of these signals. */
  readonly muted?: boolean | undefined;
  /** What is unusual is said at so much less of a distance: 2 at half of it, 0.5 at twice. */
  readonly sensitivity?: number | undefined;
  /** Physical range, in the signal's SI unit. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Change that means nothing, in the signal's SI unit. */
  readonly deadBand?: number | undefined;
  /** Minutes; null: standing still, or nothing but zero, is normal. */
  readonly frozenMinutes?: number | null | undefined;
  readonly deadMinutes?: number | null | undefined;
  readonly missingMinutes?: number | undefined;
  /**
   * How signals of a well go together: `quiet` is noted and joins what other detectors open, `alert` opens by itself. Of a tag:
   * `off` leaves it out.
   */
  readonly together?: TogetherMode | undefined;
  /** Detectors that say nothing; a new version of one ships off, until a shadow has shown what it is worth. */
  readonly off?: readonly DetectorName[] | undefined;
}

export const togetherModes = ['off', 'quiet', 'alert'] as const;
export type TogetherMode = (typeof togetherModes)[number];

/** What says something of one sensor. */
export const detectorNames = [
  'quality',
  'noise',
  'unit-change',
  'gauge-drift',
  'robust-level',
  'novelty',
] as const;
type DetectorName = (typeof detectorNames)[number];

/** None now. */
const offByDefault: ReadonlySet<string> = new Set();

/** Whom it is for: all that is left out is any. A site is a field where a field has one edge. */
export interface DetectionRule extends DetectionSettings {
  readonly tenant?: string | undefined;
  readonly site?: string | undefined;
  readonly well?: string | undefined;
  readonly tag?: string | undefined;
}

/** A tag of one well as its rules make it. */
export interface RuledTag extends WatchedTag {
  readonly muted: boolean;
  readonly sensitivity: number;
  readonly together: TogetherMode;
  readonly off: ReadonlySet<string>;
}

/** A tag outweighs a well, a well a site, a site a tenant; of rules as specific the later counts. */
export class DetectionRules {
  readonly #rules: readonly DetectionRule[];
  readonly #shared = new Map<WatchedTag, RuledTag>();

  /** Those `over` them weigh more than any of them. */
  constructor(rules: readonly DetectionRule[] = [], over: readonly DetectionRule[] = []) {
    this.#rules = [
      ...rules.map((rule) => ({ rule, weight: weightOf(rule) })),
      ...over.map((rule) => ({ rule, weight: 16 + weightOf(rule) })),
    ]
      .map((one, place) => ({ ...one, place }))
      .sort((a, b) => a.weight - b.weight || a.place - b.place)
      .map(({ rule }) => rule);
  }

  /** Without rules one object a tag is shared by all wells. */
  ruled(base: WatchedTag, well: WellRef): RuledTag {
    if (this.#rules.length > 0) return this.#made(base, well);
    const known = this.#shared.get(base);
    if (known !== undefined) return known;
    const made = this.#made(base, well);
    this.#shared.set(base, made);
    return made;
  }

  #made(base: WatchedTag, well: WellRef): RuledTag {
    const set: { -readonly [key in keyof DetectionSettings]: DetectionSettings[key] } = {};
    for (const { tenant, site, well: name, tag, ...settings } of this.#rules) {
      if (tenant !== undefined && tenant !== well.tenant.slug) continue;
      if (site !== undefined && site !== well.site) continue;
      if (name !== undefined && name !== well.well) continue;
      if (tag !== undefined && tag !== base.tag) continue;
      for (const [key, value] of Object.entries(settings))
        if (value !== undefined) Object.assign(set, { [key]: value });
    }
    const { limits } = base;
    return {
      ...base,
      low: set.low ?? base.low,
      high: set.high ?? base.high,
      limits: {
        ...limits,
        deadBand: set.deadBand ?? limits.deadBand,
        frozenMinutes: set.frozenMinutes === undefined ? limits.frozenMinutes : set.frozenMinutes,
        deadMinutes: set.deadMinutes === undefined ? limits.deadMinutes : set.deadMinutes,
        missingMinutes: set.missingMinutes ?? limits.missingMinutes,
      },
      muted: set.muted ?? false,
      sensitivity: set.sensitivity ?? 1,
      together: set.together ?? 'quiet',
      off: set.off === undefined ? offByDefault : new Set(set.off),
    };
  }
}

function weightOf({ tenant, site, well, tag }: DetectionRule): number {
  const bit = (name: string | undefined, weight: number) => (name === undefined ? 0 : weight);
  return bit(tag, 8) + bit(well, 4) + bit(site, 2) + bit(tenant, 1);
}
