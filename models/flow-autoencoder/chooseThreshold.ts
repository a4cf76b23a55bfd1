/** The least threshold at which normal operation opens no more alerts a well-day than was declared. */
import { alertsOf } from './alertRule.js';

export interface ScoredFile {
  readonly endMs: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly days: number;
}

/** Steps down from the greatest score by 1 %; stops before the rate is passed. */
export function chooseThreshold(files: readonly ScoredFile[], alertsPerDay: number): number {
  const days = files.reduce((sum, f) => sum + f.days, 0);
  let threshold =
    1e-6 + files.reduce((max, f) => Array.from(f.scores).reduce((m, v) => Math.max(m, v), max), 0);
  for (let next = threshold; next > 1e-6; next *= 0.99) {
    const alerts = files.reduce((sum, f) => sum + alertsOf(f.endMs, f.scores, next).length, 0);
    if (alerts / days > alertsPerDay) break;
    threshold = next;
  }
  return threshold;
}
