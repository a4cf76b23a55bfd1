/** What a rule over several sensors of a well is: a pure step over the last hour, with one finding open at most. */
import type { Finding } from '../detect/detector.js';

/** Sensors that rules look at; the place in this list is their number. */
export const ruleTags = ['well.tpt.p', 'well.choke.up.p', 'well.pdg.p', 'well.tpt.t', 'well.choke'] as const;
export const treePressure = 0;
export const chokePressure = 1;
export const gaugePressure = 2;
export const treeTemperature = 3;
export const chokeOpening = 4;

/** Minutes a rule may look back. */
export const ruleMinutes = 60;

/** A well when a minute closed. Reused: a rule keeps nothing of it. */
export interface WellMinutes {
  /** End of the newest minute, Unix ms. */
  endMs: number;
  /** Minute means of one of `ruleTags` by its number, newest last, NaN where there is none; SI units. */
  meansOf(tag: number): Float64Array;
}

/** Filled by a step that opens, changes or closes. */
export interface WellFinding extends Finding {
  /** Number of the sensor that shows it best; the same from opening to end. */
  tag: number;
}

export interface WellRule {
  readonly name: string;
  /** Numbers of state a well; all 0 for a new one. */
  readonly fields: number;
  /** True where it opened, changed or closed a finding, which is then in `out`. */
  step(state: Float64Array, at: number, minutes: WellMinutes, out: WellFinding): boolean;
  /** The well was silent for longer than rules look back: ends what is open at `endMs`, true where something was. */
  end(state: Float64Array, at: number, endMs: number, out: WellFinding): boolean;
}

/** Mean and standard deviation of the minutes `[from, to)` that are there; false where fewer than `least`. */
export function levelOf(
  means: Float64Array,
  { from, to, least }: { readonly from: number; readonly to: number; readonly least: number },
  out: { mean: number; spread: number },
): boolean {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let i = Math.max(0, from); i < to; i++) {
    const v = means[i] as number;
    if (Number.isNaN(v)) continue;
    n++;
    sum += v;
  }
  if (n < least) return false;
  out.mean = sum / n;
  for (let i = Math.max(0, from); i < to; i++) {
    const v = means[i] as number;
    if (!Number.isNaN(v)) squares += (v - out.mean) ** 2;
  }
  out.spread = Math.sqrt(squares / n);
  return true;
}
