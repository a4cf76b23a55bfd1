/** Rows for the net, held flat, and batches of them as tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import { channelCount } from '../features/channels.js';
import { netDays, netHours, netWidth, withMasks } from '../features/netInput.js';
import { summaryWidth } from '../features/summaryRow.js';
import { netOutputs } from './hazardNet.js';
import { type RowScaling, scaleRow } from './rowScaling.js';

/** What a batch is made from: rows are picked by index. */
export interface NetRows {
  readonly summary: Float32Array;
  /** netHours × channelCount a row, NaN where missing. */
  readonly hours: Float32Array;
  readonly days: Float32Array;
}

export const hoursSize = netHours * channelCount;
export const daysSize = netDays * channelCount;

/** Hides channels of a row for training; by index. */
export type Hidden = (row: number) => Uint8Array | null;

/** Hours, days, summary: the caller disposes them. */
export function netTensors(
  { tf }: Backend,
  data: NetRows,
  scaling: RowScaling,
  picked: ArrayLike<number>,
  hidden?: Hidden,
): Tensor[] {
  const n = picked.length;
  const hours = new Float32Array(n * netHours * netWidth);
  const days = new Float32Array(n * netDays * netWidth);
  const summary = new Float32Array(n * summaryWidth);
  for (let i = 0; i < n; i++) {
    const r = picked[i] as number;
    const away = hidden?.(i) ?? null;
    fill(data.hours.subarray(r * hoursSize, (r + 1) * hoursSize), netHours, hours, i, away);
    fill(data.days.subarray(r * daysSize, (r + 1) * daysSize), netDays, days, i, away);
    scaleRow(scaling, data.summary, r * summaryWidth, summary, i * summaryWidth);
    if (away !== null) hideSummary(summary, i * summaryWidth, away);
  }
  return [
    tf.tensor3d(hours, [n, netHours, netWidth]),
    tf.tensor3d(days, [n, netDays, netWidth]),
    tf.tensor2d(summary, [n, summaryWidth]),
  ];
}

function fill(from: Float32Array, rows: number, out: Float32Array, i: number, away: Uint8Array | null): void {
  const size = rows * netWidth;
  const place = out.subarray(i * size, (i + 1) * size);
  withMasks(from, rows, place);
  if (away === null) return;
  for (let c = 0; c < channelCount; c++)
    if (away[c] === 1)
      for (let r = 0; r < rows; r++) {
        place[r * netWidth + c] = 0;
        place[r * netWidth + channelCount + c] = 0;
      }
}

const statistics = Math.floor(summaryWidth / channelCount);

function hideSummary(summary: Float32Array, at: number, away: Uint8Array): void {
  for (let c = 0; c < channelCount; c++)
    if (away[c] === 1) summary.fill(0, at + c * statistics, at + (c + 1) * statistics);
}

/** Row-major, netOutputs a row. */
export function netScores(
  backend: Backend,
  model: LayersModel,
  data: NetRows,
  scaling: RowScaling,
  rows: number,
  batchRows = 64,
): Float32Array {
  const { tf } = backend;
  const scores = new Float32Array(rows * netOutputs);
  for (let from = 0; from < rows; from += batchRows) {
    const picked = Array.from({ length: Math.min(batchRows, rows - from) }, (_, i) => from + i);
    tf.tidy(() => {
      const input = netTensors(backend, data, scaling, picked);
      scores.set((model.predict(input) as Tensor).dataSync<'float32'>(), from * netOutputs);
    });
  }
  return scores;
}
