/** Closed windows into the reused batch that they leave in. */
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import {
  slotCount,
  slotDoubles,
  slotFirst,
  slotFirstMs,
  slotFlags,
  slotGood,
  slotLast,
  slotLastMs,
  slotLate,
  slotMax,
  slotMin,
  slotMinute,
  slotSum,
  slotSumSquares,
  slotWords,
  type WindowSlots,
} from './windowSlots.js';

/** Appends one window; the batch must not be full. */
export function appendWindow(
  batch: WindowBatch,
  well: WellRef,
  lane: Lane,
  tagId: number,
  slots: WindowSlots,
  slot: number,
): void {
  const { doubles, floats, ints } = slots;
  const d = slot * slotDoubles;
  const w = slot * slotWords;
  const row = batch.length++;
  const good = ints[w + slotGood]!;
  batch.wells[row] = well;
  batch.lanes[row] = lane;
  batch.tagIds[row] = tagId;
  batch.startMs[row] = ints[w + slotMinute]! * windowMs;
  batch.counts[row] = ints[w + slotCount]!;
  batch.goods[row] = good;
  batch.flags[row] = ints[w + slotFlags]!;
  batch.sums[row] = doubles[d + slotSum]!;
  batch.sumSquares[row] = doubles[d + slotSumSquares]!;
  batch.mins[row] = good > 0 ? floats[w + slotMin]! : Number.NaN;
  batch.maxs[row] = good > 0 ? floats[w + slotMax]! : Number.NaN;
  batch.firsts[row] = good > 0 ? floats[w + slotFirst]! : Number.NaN;
  batch.lasts[row] = good > 0 ? floats[w + slotLast]! : Number.NaN;
  batch.firstMs[row] = ints[w + slotFirstMs]!;
  batch.lastMs[row] = ints[w + slotLastMs]!;
  batch.late[row] = ints[w + slotLate]!;
}
