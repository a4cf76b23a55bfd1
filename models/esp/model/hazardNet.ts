/** The net: dense layers over a well's summary; two hazards and the mode out. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import { summaryWidth } from '../features/summaryRow.js';
import { failureModes } from '../modes.js';

/** Outputs: log-odds of a failure within 7 days; of one in days 7 to 30 given none before; then one a mode (softmax). */
export const netOutputs = 2 + failureModes.length;

/** Values, then as many masks (1 there, 0 missing). */
export const netWidth = 2 * summaryWidth;

export function buildHazardNet({ layers }: Backend, seed: number): LayersModel {
  const { dense, dropout } = layers.layers;
  let n = 0;
  const initial = () => layers.initializers.heNormal({ seed: seed * 100 + n++ });
  const drop = (rate: number) => dropout({ rate, seed: seed * 100 + n++ });
  return layers.sequential({
    layers: [
      dropout({ rate: 0.1, seed: seed * 100 + n++, inputShape: [netWidth] }),
      dense({ units: 64, activation: 'relu', kernelInitializer: initial() }),
      drop(0.3),
      dense({ units: 32, activation: 'relu', kernelInitializer: initial() }),
      drop(0.2),
      dense({ units: netOutputs, kernelInitializer: initial() }),
    ],
  });
}
