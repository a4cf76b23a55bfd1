/** Puts a closed curve that was sampled at equal times onto another number of points. */
import type { Columns } from './loop.js';

/**
 * Periodic. Between points by Catmull and Rom's cubic, which keeps the corners of a card and makes no new extremes to speak
 * of; where there are more points than wanted, each is the mean over its own stretch, so that nothing is aliased.
 */
export function resampleLoop(from: Columns, fromLength: number, to: Float64Array, toLength: number): void {
  const step = fromLength / toLength;
  if (step > 1.5) return meanOver(from, fromLength, to, toLength);
  for (let j = 0; j < toLength; j++) {
    const at = j * step;
    const i = Math.floor(at);
    const t = at - i;
    const p0 = from[i === 0 ? fromLength - 1 : i - 1] as number;
    const p1 = from[i] as number;
    const p2 = from[i + 1 < fromLength ? i + 1 : i + 1 - fromLength] as number;
    const p3 = from[i + 2 < fromLength ? i + 2 : i + 2 - fromLength] as number;
    to[j] = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
  }
}

/** Mean of the curve from half a step before each point to half a step after it. */
function meanOver(from: Columns, fromLength: number, to: Float64Array, toLength: number): void {
  const step = fromLength / toLength;
  for (let j = 0; j < toLength; j++) {
    const begin = (j - 0.5) * step + 0.5;
    const end = begin + step;
    let sum = 0;
    for (let i = Math.floor(begin); i < end; i++) {
      const share = Math.min(i + 1, end) - Math.max(i, begin);
      sum += share * (from[((i % fromLength) + fromLength) % fromLength] as number);
    }
    to[j] = sum / step;
  }
}
