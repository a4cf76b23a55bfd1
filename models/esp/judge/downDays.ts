/** Whether a well runs: what its drive says, or what can be told without it. */
import type { SignalName } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import { dayMs } from '../dayScore.js';

/** The first that a row has decides; each with the least value of a pump that turns. */
const tells: readonly (readonly [SignalName, number])[] = [
  ['esp.run', 0.5],
  ['esp.f', 5],
  ['esp.ia', 1],
  ['esp.ib', 1],
  ['esp.ic', 1],
  ['esp.kw', 0.5],
  ['esp.rpm', 100],
];

/** A day on which less than this share of its rows shows a turning pump counts as down. */
const leastRunning = 0.05;

/** Of the 24 hours up to and including a time. Without a row that tells, nobody knows: not down. */
export function wasDown(series: WellSeries, timeMs: number): boolean {
  let [told, ran] = [0, 0];
  for (let row = rowAfter(series.timesMs, timeMs) - 1; row >= 0; row--) {
    if ((series.timesMs[row] as number) <= timeMs - dayMs) break;
    for (const [name, least] of tells) {
      const value = series.columns.get(name)?.[row];
      if (value === undefined || Number.isNaN(value)) continue;
      told++;
      if (value >= least) ran++;
      break;
    }
  }
  return told > 0 && ran < leastRunning * told;
}

/** The first row later than a time. */
function rowAfter(timesMs: Float64Array, timeMs: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] as number) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
