/** Sums of what threads have counted, over their lives. */
import type { ThreadCounts } from './taskStatus.js';

export const noCounts: ThreadCounts = {
  commits: 0,
  outcomes: {},
  rows: 0,
  frames: { written: 0, late: 0, duplicate: 0, rejected: 0 },
  samples: { written: 0, late: 0, duplicate: 0, rejected: 0 },
  badSamples: 0,
  rejectedFrames: {},
  commitTimes: {},
};

function sumRecords<K extends string>(
  a: Readonly<Record<K, number>>,
  b: Readonly<Record<K, number>>,
): Record<K, number> {
  const sum: Record<string, number> = { ...a };
  for (const [key, value] of Object.entries<number>(b)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}

export function sumCounts(a: ThreadCounts, b: ThreadCounts): ThreadCounts {
  return {
    commits: a.commits + b.commits,
    outcomes: sumRecords(a.outcomes, b.outcomes),
    rows: a.rows + b.rows,
    frames: sumRecords(a.frames, b.frames),
    samples: sumRecords(a.samples, b.samples),
    badSamples: a.badSamples + b.badSamples,
    rejectedFrames: sumRecords(a.rejectedFrames, b.rejectedFrames),
    commitTimes: sumRecords(a.commitTimes, b.commitTimes),
  };
}
