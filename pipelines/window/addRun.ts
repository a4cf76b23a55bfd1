/** Adds what a run of samples came to into the window it belongs to. */
import type { RunSums } from './sumSamples.js';
import {
  slotCount,
  slotDoubles,
  slotFirst,
  slotFirstMs,
  slotFlags,
  slotGood,
  slotLast,
  slotLastMs,
  slotMax,
  slotMin,
  slotSum,
  slotSumSquares,
  slotWords,
  type WindowSlots,
} from './windowSlots.js';

/** `startDt` is the window's start on the run's time axis. First is the least (time, value), last the greatest. */
export function addRun(slots: WindowSlots, slot: number, run: RunSums, startDt: number): void {
  const { doubles, floats, ints } = slots;
  const d = slot * slotDoubles;
  const w = slot * slotWords;
  ints[w + slotCount]! += run.count;
  ints[w + slotFlags]! |= run.flags;
  if (run.good === 0) return;
  const earlier = ints[w + slotGood]!;
  ints[w + slotGood] = earlier + run.good;
  doubles[d + slotSum]! += run.sum;
  doubles[d + slotSumSquares]! += run.sumSquares;
  if (run.min < floats[w + slotMin]!) floats[w + slotMin] = run.min;
  if (run.max > floats[w + slotMax]!) floats[w + slotMax] = run.max;
  const firstMs = run.firstDt - startDt;
  const heldFirstMs = ints[w + slotFirstMs]!;
  if (
    earlier === 0 ||
    firstMs < heldFirstMs ||
    (firstMs === heldFirstMs && run.first < floats[w + slotFirst]!)
  ) {
    ints[w + slotFirstMs] = firstMs;
    floats[w + slotFirst] = run.first;
  }
  const lastMs = run.lastDt - startDt;
  const heldLastMs = ints[w + slotLastMs]!;
  if (earlier === 0 || lastMs > heldLastMs || (lastMs === heldLastMs && run.last > floats[w + slotLast]!)) {
    ints[w + slotLastMs] = lastMs;
    floats[w + slotLast] = run.last;
  }
}
