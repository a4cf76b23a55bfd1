/** Limits by tenant, site and well: the most specific rule that says something of a limit wins. */
import type { WellRef } from '#schemas/records/wellRef.js';
import type { AlertLimits } from './alertLimits.js';

/** Whom it is for (all that is left out is any), and the limits it sets. */
export interface ScopedRule<Limits> {
  readonly tenant?: string | undefined;
  readonly site?: string | undefined;
  readonly well?: string | undefined;
  readonly limits: { readonly [limit in keyof Limits]?: Limits[limit] | undefined };
}

export type AlertRule = ScopedRule<AlertLimits>;

export class ScopedLimits<Limits extends object> {
  readonly #base: Limits;
  readonly #rules: readonly ScopedRule<Limits>[];

  /** Those `over` them weigh more than any of them. */
  constructor(
    base: Limits,
    rules: readonly ScopedRule<Limits>[] = [],
    over: readonly ScopedRule<Limits>[] = [],
  ) {
    this.#base = base;
    this.#rules = [
      ...rules.map((rule) => ({ rule, weight: weightOf(rule) })),
      ...over.map((rule) => ({ rule, weight: 8 + weightOf(rule) })),
    ]
      .map((one, place) => ({ ...one, place }))
      .sort((a, b) => a.weight - b.weight || a.place - b.place)
      .map(({ rule }) => rule);
  }

  /** One object for all wells that no rule speaks of. */
  limitsOf({ tenant, site, well }: WellRef): Limits {
    let limits = this.#base;
    for (const rule of this.#rules) {
      if (rule.tenant !== undefined && rule.tenant !== tenant.slug) continue;
      if (rule.site !== undefined && rule.site !== site) continue;
      if (rule.well !== undefined && rule.well !== well) continue;
      const set = Object.fromEntries(Object.entries(rule.limits).filter(([, value]) => value !== undefined));
      limits = { ...limits, ...set };
    }
    return limits;
  }
}

function weightOf({ tenant, site, well }: ScopedRule<object>): number {
  return (well === undefined ? 0 : 4) + (site === undefined ? 0 : 2) + (tenant === undefined ? 0 : 1);
}
