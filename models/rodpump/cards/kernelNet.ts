/** The convolutional net: many seeded kernels of several widths over a card's loop, pooled by maximum and by share above zero. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../flow-autoencoder/random.js';
import type { Backend } from '../../serving/backend.js';
import { type CardInput, channels, seriesPoints } from './cardInput.js';

const dilations = [1, 2, 4, 8, 14] as const;
const kernelsEach = 128;
const taps = 9;
/** How likely a kernel looks at a channel, in their order. */
const channelShares = [0.5, 0.7, 0.2, 0, 0.5] as const;
const sharpness = 4;
const batchRows = 64;

/** Numbers a card that come out. */
export const featureCount = dilations.length * kernelsEach * 2;

/**
 * Kernels are drawn, not fitted (as random convolution kernels do): on some hundred cards fitted ones did worse. Input
 * `seriesPoints` × `channels`, output `featureCount`.
 */
export function buildKernelNet({ tf, layers }: Backend, seed: number): LayersModel {
  const random = seededRandom(seed);
  const input = layers.input({ shape: [seriesPoints, channels] });
  const pooled: SymbolicTensor[] = [];
  const convolutions = dilations.map((dilationRate) => {
    const layer = layers.layers.conv1d({
      filters: kernelsEach,
      kernelSize: taps,
      dilationRate,
      padding: 'valid',
    });
    const out = layer.apply(input) as SymbolicTensor;
    const share = layers.layers.activation({ activation: 'sigmoid' }).apply(out) as SymbolicTensor;
    pooled.push(
      layers.layers.globalMaxPooling1d({}).apply(out) as SymbolicTensor,
      layers.layers.globalAveragePooling1d({}).apply(share) as SymbolicTensor,
    );
    return layer;
  });
  const output = layers.layers.concatenate().apply(pooled) as SymbolicTensor;
  const model = layers.model({ inputs: input, outputs: output });
  for (const layer of convolutions) {
    const { weights, biases } = drawKernels(random);
    tf.tidy(() =>
      layer.setWeights([tf.tensor3d(weights, [taps, channels, kernelsEach]), tf.tensor1d(biases)]),
    );
  }
  return model;
}

function drawKernels(random: () => number): { weights: Float32Array; biases: Float32Array } {
  const weights = new Float32Array(taps * channels * kernelsEach);
  const biases = new Float32Array(kernelsEach);
  for (let k = 0; k < kernelsEach; k++) {
    const seen = channelShares.map((share) => random() < share);
    if (!seen.some(Boolean)) seen[1] = true;
    for (let c = 0; c < channels; c++) {
      if (seen[c] !== true) continue;
      const drawn = Array.from({ length: taps }, () => normal(random));
      const mean = drawn.reduce((a, b) => a + b) / taps;
      for (const [q, value] of drawn.entries())
        weights[(q * channels + c) * kernelsEach + k] = (value - mean) * sharpness;
    }
    biases[k] = (random() * 2 - 1) * sharpness;
  }
  return { weights, biases };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A row of features a card. Holds no tensor afterwards. */
export function featuresOf(
  { tf }: Backend,
  net: LayersModel,
  cards: readonly Pick<CardInput, 'series'>[],
): Float32Array[] {
  const rows: Float32Array[] = [];
  for (let from = 0; from < cards.length; from += batchRows) {
    const batch = cards.slice(from, from + batchRows);
    const series = new Float32Array(batch.length * seriesPoints * channels);
    for (const [i, card] of batch.entries()) series.set(card.series, i * seriesPoints * channels);
    const out = tf.tidy(() => {
      const x = tf.tensor3d(series, [batch.length, seriesPoints, channels]);
      return (net.predict(x) as ReturnType<typeof tf.tensor2d>).dataSync() as Float32Array;
    });
    for (let i = 0; i < batch.length; i++) rows.push(out.slice(i * featureCount, (i + 1) * featureCount));
  }
  return rows;
}
