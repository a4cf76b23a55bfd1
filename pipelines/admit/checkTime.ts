/** Whether a frame's times can be: before 1980 or a day ahead they cannot, a few minutes ahead a sample's clock is at fault. */
import { markQuality, type Reading } from '#schemas/records/reading.js';
import { quality } from '#schemas/signals/quality.js';

/** No field telemetry is older; clocks that lost their battery say 1970. */
export const earliestMs = Date.UTC(1980, 0, 1);
/** Design §6. */
export const frameAheadMaxMs = 24 * 3_600_000;
export const sampleAheadMaxMs = 5 * 60_000;

export interface TimeSpan {
  firstMs: number;
  lastMs: number;
}

/** First and last time of the frame's samples; of a series in order only its ends are looked at. */
export function measureTimeSpan(reading: Reading, into: TimeSpan): void {
  const { starts, dtMs, ordered } = reading;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let s = 0; s < reading.seriesCount; s++) {
    const from = starts[s]!;
    const to = starts[s + 1]!;
    if (from === to) continue;
    if (ordered[s] === 1) {
      first = Math.min(first, dtMs[from]!);
      last = Math.max(last, dtMs[to - 1]!);
      continue;
    }
    for (let i = from; i < to; i++) {
      first = Math.min(first, dtMs[i]!);
      last = Math.max(last, dtMs[i]!);
    }
  }
  into.firstMs = reading.t0Ms + first;
  into.lastMs = reading.t0Ms + last;
}

/** Gives every sample later than `latestMs` the quality of a clock fault, whatever it had. */
export function markClockFaults(reading: Reading, latestMs: number): void {
  const { starts, dtMs, t0Ms } = reading;
  for (let s = 0; s < reading.seriesCount; s++) {
    for (let i = starts[s]!; i < starts[s + 1]!; i++) {
      if (t0Ms + dtMs[i]! > latestMs) markQuality(reading, s, i, quality.badClockFault);
    }
  }
}
