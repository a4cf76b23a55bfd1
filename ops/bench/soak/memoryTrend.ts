/** Whether memory stayed flat over a run: how its later part compares with the part after the warm-up. */

export interface MemoryTrend {
  readonly earlyBytes: number;
  readonly lateBytes: number;
  /** Late over early; 1 is flat. */
  readonly ratio: number;
}

/**
 * Medians of the second and of the last third of the samples: the first third is warm-up, and a median is not moved by one
 * collection of garbage. Throws RangeError with less than six samples.
 */
export function memoryTrend(bytes: readonly number[]): MemoryTrend {
  if (bytes.length < 6) throw new RangeError(`a trend needs six samples, not ${bytes.length}`);
  const third = Math.floor(bytes.length / 3);
  const earlyBytes = median(bytes.slice(third, 2 * third));
  const lateBytes = median(bytes.slice(-third));
  return { earlyBytes, lateBytes, ratio: lateBytes / earlyBytes };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
