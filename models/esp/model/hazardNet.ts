/** The net: convolutions over the week's hours and the months' days beside the summary; two hazards and the mode out. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import { netDays, netHours, netWidth } from '../features/netInput.js';
import { summaryWidth } from '../features/summaryRow.js';
import { failureModes } from '../modes.js';

/** Outputs: log-odds of a failure within 7 days; of one in days 7 to 30 given none before; then one a mode (softmax). */
export const netOutputs = 2 + failureModes.length;

const filters = 24;

export function buildHazardNet({ layers }: Backend, seed: number): LayersModel {
  let n = 0;
  const initial = () => layers.initializers.heNormal({ seed: seed * 100 + n++ });
  const conv = (x: SymbolicTensor, kernelSize: number, strides: number): SymbolicTensor =>
    layers.layers
      .conv1d({
        filters,
        kernelSize,
        strides,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: initial(),
      })
      .apply(x) as SymbolicTensor;
  const dense = (x: SymbolicTensor, units: number, activation: 'relu' | 'linear'): SymbolicTensor =>
    layers.layers.dense({ units, activation, kernelInitializer: initial() }).apply(x) as SymbolicTensor;
  const drop = (x: SymbolicTensor, rate: number): SymbolicTensor =>
    layers.layers.dropout({ rate, seed: seed * 100 + n++ }).apply(x) as SymbolicTensor;
  const flat = (x: SymbolicTensor): SymbolicTensor => layers.layers.flatten().apply(x) as SymbolicTensor;

  const hours = layers.input({ shape: [netHours, netWidth], name: 'hours' });
  const days = layers.input({ shape: [netDays, netWidth], name: 'days' });
  const summary = layers.input({ shape: [summaryWidth], name: 'summary' });
  // 168 hours → 42 → 21 → 7; 64 days → 32 → 16 → 8.
  const week = conv(conv(conv(hours, 6, 4), 3, 2), 3, 3);
  const months = conv(conv(conv(days, 4, 2), 3, 2), 3, 2);
  const joined = layers.layers
    .concatenate()
    .apply([
      dense(drop(flat(week), 0.2), 24, 'relu'),
      dense(drop(flat(months), 0.2), 32, 'relu'),
      dense(drop(summary, 0.2), 48, 'relu'),
    ]) as SymbolicTensor;
  const out = dense(drop(dense(joined, 32, 'relu'), 0.2), netOutputs, 'linear');
  return layers.model({ inputs: [hours, days, summary], outputs: out });
}
