/** The plainest baseline: how far the worst channels of a day lie from the well's own baseline, in scatters. */
import { comparedCount } from '../features/channels.js';
import { summaryNames } from '../features/summaryRow.js';

const zAt = summaryNames.flatMap((name, i) => (name.endsWith('.z') ? [i] : [])).slice(0, comparedCount);
/** One channel may lie: three that are far out are believed. */
const channelsTaken = 3;

/** ln of the mean of the three greatest |z|; −3 where nothing is known. */
export function robustZ(values: Float32Array, at: number): number {
  const z = zAt
    .map((i) => Math.abs(values[at + i] as number))
    .filter((x) => !Number.isNaN(x))
    .sort((a, b) => b - a)
    .slice(0, channelsTaken);
  if (z.length === 0) return -3;
  return Math.log(z.reduce((a, b) => a + b, 0) / z.length + 0.05);
}
