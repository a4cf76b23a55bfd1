/** What a detector of one sensor is: a pure step over a few numbers of state, with one finding open at most. */
import type { Severity } from '#schemas/records/anomaly.js';
import type { QualityLimits } from '#schemas/signals/qualityLimits.js';

/** One closed minute of one sensor. Reused from row to row: a detector keeps nothing of it. */
export interface SensorMinute {
  /** Unix ms. */
  startMs: number;
  /** Since the sensor's minute before; infinite for its first. */
  gapMs: number;
  /** Usable samples; the numbers below are NaN without any. */
  good: number;
  /** Bit q is set where a sample of quality code q was seen. */
  flags: number;
  mean: number;
  min: number;
  max: number;
  /** What is known of the signal, and its physical range. */
  limits: QualityLimits;
  low: number;
  high: number;
  unit: string | null;
  /** How much sooner than by default what is unusual is said: 2 at half the distance. */
  sensitivity: number;
  /** Whether another sensor of the same kind in the well goes no way of its own; asked seldom, for it looks at all of them. */
  readonly hasWitness: () => boolean;
}

/** Silent for so long, a sensor begins anew: what its level was says little of what it is. */
export const forgetMs = 24 * 3_600_000;

/** Filled by a step that opens or closes. */
export interface Finding {
  startMs: number;
  /** Null while open. */
  endMs: number | null;
  severity: Severity;
  score: number;
  expected: number | null;
  actual: number | null;
  textKey: string;
}

/**
 * Add a detector: a file with one of these, its texts beside it (`findingText.ts`), its place in `detectOperator.ts`; and
 * raise the state's version there.
 */
export interface Detector {
  readonly name: string;
  /** Numbers of state a sensor; all 0 for a new one. */
  readonly fields: number;
  /** True where it opened or closed a finding, which is then in `out`. State lies at `state[at … at + fields)`. */
  step(state: Float64Array, at: number, minute: SensorMinute, out: Finding): boolean;
}
