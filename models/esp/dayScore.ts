/** What a score says of a well once a day, beside the port through which the judge asks for it. */
import type { FailureRisk } from '#schemas/records/espRisk.js';
import type { FailureMode } from './modes.js';
import type { SignalName } from './signals.js';
import type { WellSeries } from './wellSeries.js';

export interface DayScore extends FailureRisk {
  /** 06:00 UTC: made from rows up to and including it. */
  readonly timeMs: number;
  /** The likeliest, with its probability among the modes given a failure; null where nothing can be said. */
  readonly mode: FailureMode | null;
  readonly modeProbability: number;
  readonly alert: boolean;
  /** What the score had to do without. */
  readonly missing: readonly SignalName[];
}

export interface DayScorer {
  readonly name: string;
  /** On risk7, fixed on other wells beforehand: at or above it a day counts as 'fails within 7 days'. */
  readonly threshold: number;
  /** A row a day at 06:00 UTC from the first to the last day of the series; rows at t see nothing after t. */
  score(series: WellSeries): readonly DayScore[];
}

/** The first 06:00 UTC at or after a time. */
export function firstSixMs(timeMs: number): number {
  return Math.ceil((timeMs - 6 * hourMs) / dayMs) * dayMs + 6 * hourMs;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
