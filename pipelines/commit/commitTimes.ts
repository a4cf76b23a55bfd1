/** How long commits took, as counts by steps of a fifth: small enough to send about, fine enough for quantiles. */

const stepRatio = 1.2;

/** Counts by the upper end of their step, ms. */
export type CommitTimes = Readonly<Record<string, number>>;

/** Adds one commit to `times`. */
export function addCommitTime(times: Record<string, number>, durationMs: number): void {
  const step = Math.ceil(Math.log(Math.max(durationMs, 1)) / Math.log(stepRatio));
  const upperMs = String(Math.round(stepRatio ** step * 10) / 10);
  times[upperMs] = (times[upperMs] ?? 0) + 1;
}

/** Upper end of the step that holds the quantile, ms: at most a fifth too high. 0 where nothing was counted. */
export function quantileMs(times: CommitTimes, quantile: number): number {
  const steps = Object.entries(times)
    .map(([upperMs, count]) => ({ upperMs: Number(upperMs), count }))
    .sort((a, b) => a.upperMs - b.upperMs);
  let left = quantile * steps.reduce((sum, { count }) => sum + count, 0);
  for (const { upperMs, count } of steps) {
    left -= count;
    if (left <= 0) return upperMs;
  }
  return steps.at(-1)?.upperMs ?? 0;
}
