/** The net: 45 → 32 → 4 → 32 → 40, tanh throughout. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import type { Backend } from '../serving/backend.js';

/**
 * What the net can draw lies within ± so many spreads: normal operation does, so an excursion beyond is an error by itself
 * and cannot be copied through.
 */
export const outputReach = 2;
const hiddenUnits = 32;
const codeUnits = 4;

/** Numbers a row of input: the scaled features, then 1 or 0 a tag for whether it was there. */
export function inputWidth(spec: FeatureSpec): number {
  return spec.width + spec.tags.length;
}

export function buildAutoencoder({ layers }: Backend, spec: FeatureSpec, seed: number): LayersModel {
  const dense = (units: number, n: number) =>
    layers.layers.dense({
      units,
      activation: 'tanh',
      kernelInitializer: layers.initializers.glorotUniform({ seed: seed + n }),
    });
  const input = layers.input({ shape: [inputWidth(spec)] });
  const output = [
    dense(hiddenUnits, 1),
    dense(codeUnits, 2),
    dense(hiddenUnits, 3),
    dense(spec.width, 4),
  ].reduce((tensor: SymbolicTensor, layer) => layer.apply(tensor) as SymbolicTensor, input);
  return layers.model({ inputs: input, outputs: output });
}
