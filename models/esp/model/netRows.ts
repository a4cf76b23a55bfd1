/** Summary rows as batches for the net: scaled values beside a mask of what is there. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import { channelCount } from '../features/channels.js';
import { summaryStatisticsCount, summaryWidth } from '../features/summaryRow.js';
import { netOutputs, netWidth } from './hazardNet.js';
import { type RowScaling, scaleRow } from './rowScaling.js';

/** Hides channels of a row for training; by index. */
export type Hidden = () => Uint8Array | null;

/** The caller disposes it. */
export function netTensor(
  { tf }: Backend,
  summary: Float32Array,
  scaling: RowScaling,
  picked: ArrayLike<number>,
  hidden?: Hidden,
): Tensor2D {
  const n = picked.length;
  const values = new Float32Array(n * netWidth);
  for (let i = 0; i < n; i++) {
    const from = (picked[i] as number) * summaryWidth;
    const to = i * netWidth;
    scaleRow(scaling, summary, from, values, to);
    for (let f = 0; f < summaryWidth; f++) {
      const x = summary[from + f] as number;
      values[to + summaryWidth + f] = x === x ? 1 : 0;
    }
    const away = hidden?.() ?? null;
    if (away !== null) hide(values, to, away);
  }
  return tf.tensor2d(values, [n, netWidth]);
}

function hide(values: Float32Array, at: number, away: Uint8Array): void {
  for (let c = 0; c < channelCount; c++) {
    if (away[c] !== 1) continue;
    const from = at + c * summaryStatisticsCount;
    for (const half of [from, from + summaryWidth]) values.fill(0, half, half + summaryStatisticsCount);
  }
}

/** Row-major, netOutputs a row. */
export function netScores(
  backend: Backend,
  model: LayersModel,
  summary: Float32Array,
  scaling: RowScaling,
  rows: number,
  batchRows = 64,
): Float32Array {
  const { tf } = backend;
  const scores = new Float32Array(rows * netOutputs);
  for (let from = 0; from < rows; from += batchRows) {
    const picked = Array.from({ length: Math.min(batchRows, rows - from) }, (_, i) => from + i);
    tf.tidy(() => {
      const input = netTensor(backend, summary, scaling, picked);
      scores.set((model.predict(input) as Tensor).dataSync<'float32'>(), from * netOutputs);
    });
  }
  return scores;
}
