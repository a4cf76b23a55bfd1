/** What the risk model says of an ESP at one time, with all that a person needs to act on it. */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

export interface EspContribution {
  /** What is watched: a channel of the model, e.g. `head`, `leakage`. */
  readonly channel: string;
  readonly group: string;
  /** Of the log-odds of a failure within 7 days. */
  readonly share: number;
  readonly shareYesterday: number | null;
  /** Distance from the well's baseline in the channel's unit: last day, last week, the week's change on the two before. */
  readonly day: number | null;
  readonly week: number | null;
  readonly change7: number | null;
}

/** What was said at the score before: what is new since. */
export interface EspYesterday {
  readonly atMs: number;
  readonly risk7: number;
  readonly risk30: number;
  readonly mode: string | null;
  readonly health: number;
}

/** Probabilities of a failure within 7 and 30 days, each with its interval. */
export interface FailureRisk {
  readonly risk7: number;
  readonly risk7Low: number;
  readonly risk7High: number;
  readonly risk30: number;
  readonly risk30Low: number;
  readonly risk30High: number;
}

export interface EspRisk extends FailureRisk {
  readonly well: WellRef;
  readonly lane: Lane;
  /** Made from what ended at or before it, Unix ms. */
  readonly atMs: number;
  readonly model: string;
  readonly version: string;
  /** Scored beside the active version: raises no alert, shown to nobody but who compares versions. */
  readonly shadow: boolean;
  /** False where there is nothing yet to compare with: the risks are those of all wells. */
  readonly known: boolean;
  /** The likeliest failure mode, which is the key of its advice too; null where nothing can be said. */
  readonly mode: string | null;
  readonly modeProbability: number;
  /** Of each mode given a failure. */
  readonly modes: Readonly<Record<string, number>>;
  readonly alert: boolean;
  /** Where an alert opens, on `risk7`. */
  readonly threshold: number;
  /** Signals that the score did without. */
  readonly missing: readonly string[];
  /** Share of the signals that were there, 0–1. */
  readonly coverage: number;
  /** 0–100: 100 less the points of the penalties. */
  readonly health: number;
  readonly penalties: readonly { readonly name: string; readonly points: number }[];
  readonly contributions: readonly EspContribution[];
  readonly yesterday: EspYesterday | null;
  readonly runLifeDays: number;
  /** How complete the well's baseline is, 0–1: below 1 the fleet's survival has a say. */
  readonly maturity: number;
  /** False once it was pulled, or has stood still for a day. */
  readonly producing: boolean;
  readonly downHours: number;
  /** Days before this one that have no score: the well had been silent for longer than a month. */
  readonly unscoredDays: number;
  /** What a stop defers, m³/d at the well's usual rate; null where it measures none. */
  readonly deferredM3PerDay: number | null;
  readonly deferredOf: 'oil' | 'liquid' | null;
  /** Last day's distance from baseline, by channel: what charts and the drift job read. */
  readonly levels: Readonly<Record<string, number>>;
}
