/** The statistics of one tag over a stretch of minutes: pure arithmetic over typed arrays. */
import type { MinuteStatistic } from './featureSpec.js';

/** Position of each number in the scratch that `measure` fills. */
const positionOf: Readonly<Record<MinuteStatistic, number>> = {
  std: 0,
  min: 1,
  max: 2,
  slope: 3,
  last: 4,
  step: 5,
  roughness: 6,
  ripple: 7,
};
const measured = new Float64Array(8);

/** Where each of `statistics` stands in the scratch: made once a spec. */
export function positionsOf(statistics: readonly MinuteStatistic[]): Int32Array {
  return Int32Array.from(statistics, (s) => positionOf[s]);
}

export interface Stretch {
  /** Minute means, NaN where missing; `minutes` of them. */
  readonly means: Float64Array;
  /** Standard deviation inside each minute. */
  readonly stds: Float64Array;
  readonly minutes: number;
}

/**
 * Writes the statistics at `positions` to `out[at …]`, each `asinh(x / deadBand)` (roughness as it is). NaN throughout where
 * fewer than `presentMin` minutes are there or where the signal did not move at all. Returns the minutes present.
 */
export function writeStatistics(
  stretch: Stretch,
  positions: Int32Array,
  deadBand: number,
  presentMin: number,
  out: Float32Array,
  at: number,
): number {
  const present = measure(stretch);
  const width = positions.length;
  const still = measured[1] === measured[2] && measured[7] === 0;
  if (present < presentMin || present < 3 || still) {
    out.fill(Number.NaN, at, at + width);
    return present;
  }
  const perBand = 1 / deadBand;
  for (let k = 0; k < width; k++) {
    const position = positions[k] as number;
    const value = measured[position] as number;
    out[at + k] = position === 6 ? value : Math.asinh(value * perBand);
  }
  return present;
}

/** Fills the scratch; returns the number of minutes present. Regression against the minute's number, gaps left out. */
function measure({ means, stds, minutes }: Stretch): number {
  let n = 0;
  let sum = 0;
  let sumTime = 0;
  for (let i = 0; i < minutes; i++) {
    const x = means[i] as number;
    if (Number.isNaN(x)) continue;
    n++;
    sum += x;
    sumTime += i;
  }
  if (n === 0) return 0;
  const mean = sum / n;
  const meanTime = sumTime / n;
  let min = 0;
  let max = 0;
  let last = 0;
  let step = 0;
  let squares = 0;
  let products = 0;
  let timeSquares = 0;
  let ripple = 0;
  let differences = 0;
  let previous = Number.NaN;
  for (let i = 0; i < minutes; i++) {
    const x = means[i] as number;
    if (Number.isNaN(x)) {
      previous = Number.NaN;
      continue;
    }
    const y = x - mean;
    const t = i - meanTime;
    if (y < min) min = y;
    if (y > max) max = y;
    squares += y * y;
    products += y * t;
    timeSquares += t * t;
    const s = stds[i] as number;
    ripple += s * s;
    if (!Number.isNaN(previous)) {
      const d = y - previous;
      differences += d * d;
      if (Math.abs(d) > step) step = Math.abs(d);
    }
    previous = y;
    last = y;
  }
  const slope = timeSquares > 0 ? products / timeSquares : 0;
  const aboutTrend = Math.max(0, squares - slope * products);
  measured[0] = Math.sqrt(aboutTrend / n);
  measured[1] = min;
  measured[2] = max;
  measured[3] = slope * minutes;
  measured[4] = last;
  measured[5] = step;
  measured[6] = squares > 0 ? Math.min(2, differences / (2 * squares)) : 0;
  measured[7] = Math.sqrt(ripple / n);
  return n;
}
