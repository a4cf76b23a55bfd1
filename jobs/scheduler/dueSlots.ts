/** Which slots of a job are owed now: those since the last one it ran, cut down by its catch-up policy. */
import type { CatchUp, Schedule } from './job.js';
import { slotsBetween } from './slots.js';

/** A slot this fresh is on time, not made up for: the heartbeat comes every minute, and may come one late. */
const onTimeMs = 2 * 60_000;

/** Ascending. `lastMs` is the newest slot that was claimed, or when the job was first seen. */
export function dueSlots(
  schedule: Schedule,
  catchUp: CatchUp,
  at: { readonly lastMs: number; readonly nowMs: number },
): number[] {
  const horizonMs = catchUp.policy === 'none' ? onTimeMs : Math.max(onTimeMs, catchUp.horizonMs);
  return slotsBetween(schedule, {
    afterMs: Math.max(at.lastMs, at.nowMs - horizonMs),
    untilMs: at.nowMs,
    slotsMax: catchUp.policy === 'all' ? catchUp.slotsMax : 1,
  });
}
