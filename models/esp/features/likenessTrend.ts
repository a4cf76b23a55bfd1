/** How a well's likeness to each failure mode grew over the last fortnight: what an eye reads from a trend. */
import { signature, signatureModes } from './signatures.js';
import { slopePerDay } from './slopePerDay.js';
import type { WellFeatures } from './wellFeatures.js';

const daysSeen = 14;
const trendStatistics = ['last', 'mean3', 'slope5', 'slope14', 'ahead7', 'above'] as const;
const width = trendStatistics.length;
/** A likeness beyond it is no noise. */
const clear = 1;

export const likenessNames: readonly string[] = [
  ...signatureModes.flatMap((mode) => trendStatistics.map((s) => `${mode}-trend.${s}`)),
  ...trendStatistics.map((s) => `likest-trend.${s}`),
  'likest-trend.lead',
];

/** Fills `likenessNames.length` places from `at` on, NaN where it cannot be known. */
export function fillLikenessTrends(well: WellFeatures, out: Float32Array, at: number): void {
  const days = new Float64Array(daysSeen);
  let [likest, most, second] = [-1, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let mode = 0; mode < signatureModes.length; mode++) {
    for (let d = 0; d < daysSeen; d++)
      days[d] = signature(mode, (c) => well.days.at(d, c), well.baseline.scatter);
    const o = at + mode * width;
    fillTrend(days, out, o);
    const recent = out[o + 1] as number;
    if (recent > most) [likest, most, second] = [mode, recent, most];
    else if (recent > second) second = recent;
  }
  const o = at + signatureModes.length * width;
  for (let s = 0; s < width; s++)
    out[o + s] = likest < 0 ? Number.NaN : (out[at + likest * width + s] as number);
  out[o + width] = Number.isFinite(second) ? most - second : Number.NaN;
}

/** `days`: the newest first. */
function fillTrend(days: Float64Array, out: Float32Array, at: number): void {
  let [above, there] = [0, 0];
  for (const x of days) {
    if (x !== x) continue;
    there++;
    if (x > clear) above++;
  }
  const dayAt = (d: number): number => days[d] as number;
  const [mean3, slope5] = [meanOf(days, 3), slopePerDay(dayAt, 5, 3)];
  out[at] = days[0] as number;
  out[at + 1] = mean3;
  out[at + 2] = slope5;
  out[at + 3] = slopePerDay(dayAt, daysSeen, 7);
  out[at + 4] = mean3 + 7 * slope5;
  out[at + 5] = there === 0 ? Number.NaN : above / there;
}

function meanOf(days: Float64Array, count: number): number {
  let [sum, n] = [0, 0];
  for (let d = 0; d < count; d++) {
    const x = days[d] as number;
    if (x !== x) continue;
    sum += x;
    n++;
  }
  return n === 0 ? Number.NaN : sum / n;
}
