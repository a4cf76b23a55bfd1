/** An instance as the window operator would hand it on: closed one-minute windows, in event time, no sockets between. */
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { allocateWindowBatch, type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import type { ThreeWInstance } from './readThreeWFile.js';

export interface ReplayOptions {
  readonly well: WellRef;
  readonly lane: Lane;
  /** Id of a canonical tag in the operators' eyes. */
  readonly tagId: (tag: string) => number;
  /** First row to replay: what comes before was never seen. */
  readonly fromRow?: number;
}

/**
 * Calls `onMinute` once a minute that has samples, all its tags in one batch; the batch is reused. `lastRow` is the last row
 * of the file inside the minute. Equal to the window operator's rows for in-order input (a test holds both together).
 */
export function replayMinutes(
  instance: ThreeWInstance,
  options: ReplayOptions,
  onMinute: (batch: WindowBatch, startMs: number, lastRow: number) => void,
): void {
  const batch = allocateWindowBatch(Math.max(1, instance.columns.length));
  const ids = instance.columns.map((c) => options.tagId(c.tag));
  for (let from = options.fromRow ?? 0; from < instance.rows; ) {
    const startMs = Math.floor((instance.timesMs[from] as number) / windowMs) * windowMs;
    let to = from + 1;
    while (to < instance.rows && (instance.timesMs[to] as number) < startMs + windowMs) to++;
    batch.length = 0;
    for (let c = 0; c < ids.length; c++)
      addWindow(batch, instance, c, ids[c] as number, from, to, startMs, options);
    if (batch.length > 0) onMinute(batch, startMs, to - 1);
    from = to;
  }
}

function addWindow(
  batch: WindowBatch,
  instance: ThreeWInstance,
  column: number,
  tagId: number,
  from: number,
  to: number,
  startMs: number,
  options: ReplayOptions,
): void {
  const values = (instance.columns[column] as { values: Float32Array }).values;
  let count = 0;
  let sum = 0;
  let sumSquares = 0;
  let min = Number.NaN;
  let max = Number.NaN;
  let first = -1;
  let last = -1;
  for (let i = from; i < to; i++) {
    const v = values[i] as number;
    if (Number.isNaN(v)) continue;
    if (count++ === 0) {
      min = v;
      max = v;
      first = i;
    }
    last = i;
    sum += v;
    sumSquares += v * v;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  if (count === 0) return;
  const n = batch.length++;
  batch.wells[n] = options.well;
  batch.lanes[n] = options.lane;
  batch.tagIds[n] = tagId;
  batch.startMs[n] = startMs;
  batch.counts[n] = count;
  batch.goods[n] = count;
  batch.flags[n] = 1;
  batch.sums[n] = sum;
  batch.sumSquares[n] = sumSquares;
  batch.mins[n] = min;
  batch.maxs[n] = max;
  batch.firsts[n] = values[first] as number;
  batch.lasts[n] = values[last] as number;
  batch.firstMs[n] = (instance.timesMs[first] as number) - startMs;
  batch.lastMs[n] = (instance.timesMs[last] as number) - startMs;
  batch.late[n] = 0;
}
