/** The simplest detector there is, to be beaten: each signal's distance from its last rows, the worst of them. */
import type { Series } from './readSeriesFile.js';

/** Spreads that make a score of 1: the usual rule. */
const spreadsMax = 4;

/** A score a row, 1 the limit; nothing of the row itself or later is in its mean. `windowRows` as many as taught the detector. */
export function movingZScores({ rows, signals, values }: Series, windowRows: number): Float64Array {
  const scores = new Float64Array(rows);
  signals.forEach((_, j) => {
    const at = (i: number) => values[i * signals.length + j] as number;
    const shift = values.find((v, k) => k % signals.length === j && Number.isFinite(v)) ?? 0;
    let [sum, squares, count] = [0, 0, 0];
    for (let i = 0; i < rows; i++) {
      const gone = i > windowRows ? at(i - windowRows - 1) - shift : Number.NaN;
      if (Number.isFinite(gone)) {
        sum -= gone;
        squares -= gone * gone;
        count--;
      }
      const x = at(i) - shift;
      if (!Number.isFinite(x)) continue;
      const mean = count > 0 ? sum / count : x;
      const spread = count > 1 ? Math.sqrt(Math.max(0, squares / count - mean * mean)) : 0;
      if (spread > 0) scores[i] = Math.max(scores[i] as number, Math.abs(x - mean) / spread / spreadsMax);
      sum += x;
      squares += x * x;
      count++;
    }
  });
  return scores;
}
