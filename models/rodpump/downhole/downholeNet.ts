/** The net over downhole cards: seeded kernels as for surface cards, and two dense layers that are fitted. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../flow-autoencoder/random.js';
import { shuffle } from '../../flow-autoencoder/shuffle.js';
import type { Backend } from '../../serving/backend.js';
import { channels, seriesPoints } from '../cards/cardInput.js';
import { buildKernelNet, featureCount, featuresOf } from '../cards/kernelNet.js';
import { type DownholeInput, downholeScales } from './downholeInput.js';
import { downholeModes } from './downholeModes.js';

/** Of the kernels. */
const kernelSeed = 11;
const hidden = 48;
const batchRows = 64;
const rateFirst = 2e-3;
const rateLast = 1e-4;
/** Of the first dense layer's squares. */
const decay = 2e-4;
const classes = downholeModes.length;
const width = featureCount + downholeScales.length;

export interface LearnedDownhole {
  readonly input: DownholeInput;
  /** Place in `downholeModes`. */
  readonly label: number;
}

/** Series and scales in, one score a condition out. Reproducible for one backend and seed. */
export function fitDownholeNet(
  backend: Backend,
  cards: readonly LearnedDownhole[],
  { epochs, seed }: { readonly epochs: number; readonly seed: number },
): LayersModel {
  const { tf, layers } = backend;
  const kernels = buildKernelNet(backend, kernelSeed);
  const rows = featuresOf(
    backend,
    kernels,
    cards.map(({ input }) => input),
  ).map((row, i) => Float32Array.of(...row, ...(cards[i]?.input.scales ?? [])));
  const { mean, spread } = scalingOf(rows);
  const random = seededRandom(seed);
  const init = (n: number) => layers.initializers.glorotUniform({ seed: seed + n });
  const first = layers.layers.dense({ units: hidden, activation: 'relu', kernelInitializer: init(1) });
  const second = layers.layers.dense({ units: classes, kernelInitializer: init(2) });
  const features = layers.input({ shape: [width] });
  const head = layers.model({
    inputs: features,
    outputs: second.apply(first.apply(features)) as SymbolicTensor,
  });
  const optimizer = tf.train.adam(rateFirst);
  const order = Uint32Array.from(cards.keys());
  for (let epoch = 0; epoch < epochs; epoch++) {
    Object.assign(optimizer, {
      learningRate: rateLast + ((rateFirst - rateLast) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2,
    });
    shuffle(order, random);
    for (let from = 0; from < order.length; from += batchRows) {
      const batch = order.subarray(from, from + batchRows);
      const x = new Float32Array(batch.length * width);
      for (const [r, at] of batch.entries())
        for (let k = 0; k < width; k++)
          x[r * width + k] = ((rows[at]?.[k] as number) - (mean[k] as number)) / (spread[k] as number);
      optimizer.minimize(() =>
        tf.tidy(() => {
          const labels = tf.oneHot(
            tf.tensor1d(
              Array.from(batch, (at) => cards[at]?.label ?? 0),
              'int32',
            ),
            classes,
          );
          const scores = head.apply(tf.tensor2d(x, [batch.length, width])) as ReturnType<typeof tf.tensor2d>;
          const loss = tf.losses.softmaxCrossEntropy(labels, scores);
          const squares = tf.sum(tf.square(first.trainableWeights[0]!.read()));
          return tf.add(loss, tf.mul(squares, decay));
        }),
      );
    }
  }
  optimizer.dispose();
  // The scaling goes into the first layer, so that the model is one piece.
  const [kernel, bias] = first.getWeights().map((weight) => weight.dataSync() as Float32Array);
  const scaled = kernel!.slice();
  const moved = bias!.slice();
  for (let k = 0; k < width; k++)
    for (let h = 0; h < hidden; h++) {
      const weight = (kernel![k * hidden + h] as number) / (spread[k] as number);
      scaled[k * hidden + h] = weight;
      moved[h] = (moved[h] as number) - weight * (mean[k] as number);
    }
  tf.tidy(() => first.setWeights([tf.tensor2d(scaled, [width, hidden]), tf.tensor1d(moved)]));
  const scales = layers.input({ shape: [downholeScales.length] });
  const all = layers.layers.concatenate().apply([kernels.outputs[0] as SymbolicTensor, scales]);
  const model = layers.model({
    inputs: [kernels.inputs[0] as SymbolicTensor, scales],
    outputs: second.apply(first.apply(all)) as SymbolicTensor,
  });
  // Layers are counted by the models they are in: this leaves them to one.
  head.dispose();
  return model;
}

function scalingOf(rows: readonly Float32Array[]): { mean: Float64Array; spread: Float64Array } {
  const mean = new Float64Array(width);
  const spread = new Float64Array(width);
  for (const row of rows)
    for (let k = 0; k < width; k++) mean[k] = (mean[k] as number) + (row[k] as number) / rows.length;
  for (const row of rows)
    for (let k = 0; k < width; k++)
      spread[k] = (spread[k] as number) + ((row[k] as number) - (mean[k] as number)) ** 2 / rows.length;
  return { mean, spread: spread.map((variance) => Math.sqrt(variance) + 1e-3) };
}

/** A score a condition and card. Holds no tensor afterwards. */
export function downholeScores(
  { tf }: Backend,
  model: LayersModel,
  inputs: readonly DownholeInput[],
): Float64Array[] {
  const out: Float64Array[] = [];
  for (let from = 0; from < inputs.length; from += batchRows) {
    const batch = inputs.slice(from, from + batchRows);
    const series = new Float32Array(batch.length * seriesPoints * channels);
    const scales = new Float32Array(batch.length * downholeScales.length);
    for (const [i, input] of batch.entries()) {
      series.set(input.series, i * seriesPoints * channels);
      scales.set(input.scales, i * downholeScales.length);
    }
    const scores = tf.tidy(() => {
      const given = [
        tf.tensor3d(series, [batch.length, seriesPoints, channels]),
        tf.tensor2d(scales, [batch.length, downholeScales.length]),
      ];
      return (model.predict(given) as ReturnType<typeof tf.tensor2d>).dataSync() as Float32Array;
    });
    for (let i = 0; i < batch.length; i++)
      out.push(Float64Array.from(scores.subarray(i * classes, (i + 1) * classes)));
  }
  return out;
}
