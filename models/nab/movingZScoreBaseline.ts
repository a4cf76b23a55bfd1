/** The simplest detector there is, to be beaten: distance from the mean of the last 24 h of samples, in their spreads. */
import type { NabSeries } from './nabSeries.js';

const windowMs = 24 * 3_600_000;
/** Spreads that make a score of 0.5. */
const halfAt = 4;

/** A score in [0, 1) a row; nothing of the row itself or later is in its mean. */
export function movingZScores({ timesMs, values }: NabSeries): Float64Array {
  let sum = 0;
  let squares = 0;
  let count = 0;
  let oldest = 0;
  // Shifted by the first value, so that a large level does not eat the digits of the spread.
  const shift = values.find((value) => Number.isFinite(value)) ?? 0;
  return values.map((value, i) => {
    if (!Number.isFinite(value)) return 0;
    for (; (timesMs[oldest] as number) < (timesMs[i] as number) - windowMs; oldest++) {
      const gone = (values[oldest] as number) - shift;
      if (!Number.isFinite(gone)) continue;
      sum -= gone;
      squares -= gone * gone;
      count--;
    }
    const x = value - shift;
    const mean = count > 0 ? sum / count : x;
    const spread = count > 1 ? Math.sqrt(Math.max(0, squares / count - mean * mean)) : 0;
    sum += x;
    squares += x * x;
    count++;
    const z = spread > 0 ? Math.abs(x - mean) / spread : 0;
    return z / (halfAt + z);
  });
}
