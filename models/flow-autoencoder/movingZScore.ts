/** The baseline to beat: how many standard deviations a minute lies from the hour before it, the worst of the tags. */
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { limitsOf } from '#schemas/signals/catalogue.js';

/** The usual rule. */
export const zScoreThreshold = 4;
const hourMinutes = 60;
const minutesMin = 15;

export interface MovingZScore {
  /** Takes the minutes of one file, in order; a batch holds one minute. */
  add(batch: WindowBatch, tagOf: (tagId: number) => string): void;
  /** Worst |z| of the minutes that ended in `(fromMs, toMs]`. */
  worst(fromMs: number, toMs: number): number;
}

/** Spread is at least the tag's dead band: without it a signal that stands still would alarm at its first tick. */
export function createMovingZScore(tags: readonly string[]): MovingZScore {
  const past = new Map(tags.map((tag) => [tag, [] as number[]]));
  const ends: number[] = [];
  const worsts: number[] = [];
  return {
    add(batch, tagOf) {
      let worst = 0;
      for (let i = 0; i < batch.length; i++) {
        const tag = tagOf(batch.tagIds[i] as number);
        const before = past.get(tag);
        if (!before) continue;
        const x = (batch.sums[i] as number) / (batch.goods[i] as number);
        if (before.length >= minutesMin) {
          const mean = before.reduce((sum, v) => sum + v, 0) / before.length;
          const variance = before.reduce((sum, v) => sum + (v - mean) ** 2, 0) / before.length;
          const z = Math.abs(x - mean) / Math.max(limitsOf(tag).deadBand, Math.sqrt(variance));
          if (z > worst) worst = z;
        }
        before.push(x);
        if (before.length > hourMinutes) before.shift();
      }
      ends.push((batch.startMs[0] as number) + 60_000);
      worsts.push(worst);
    },
    worst(fromMs, toMs) {
      let worst = 0;
      for (let i = 0; i < ends.length; i++)
        if ((ends[i] as number) > fromMs && (ends[i] as number) <= toMs)
          worst = Math.max(worst, worsts[i] as number);
      return worst;
    },
  };
}
