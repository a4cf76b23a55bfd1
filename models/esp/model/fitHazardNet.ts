/** Trains the hazard net natively: cross-entropies of both horizons and of the mode, seeded, the rate falling to nothing. */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../flow-autoencoder/random.js';
import type { Backend } from '../../serving/backend.js';
import { channelCount, channels, comparedCount } from '../features/channels.js';
import { failureModes } from '../modes.js';
import { buildHazardNet } from './hazardNet.js';
import { netTensor } from './netRows.js';
import type { RowScaling } from './rowScaling.js';
import { shuffle } from '../../flow-autoencoder/shuffle.js';

export interface NetTargets {
  /** 1 where a failure comes within 7 days; where one comes in days 7–30. */
  readonly fails7: Float32Array;
  readonly fails30: Float32Array;
  /** Place in `failureModes` of the failure ahead, −1 where none is to be learned. */
  readonly mode: Int8Array;
}

export interface NetFitOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly log?: (line: string) => void;
}

const batchRows = 128;
const rateFirst = 2e-3;
const [horizon30Weight, modeWeight, weightDecay] = [0.5, 0.05, 5e-5];
/** So often the channels of one group are hidden from a row: wells lack gauges in all combinations. */
const hideChance = 0.25;
const groups = [...new Set(channels.slice(0, comparedCount).map((c) => c.group))];

/** Reproducible for one backend, seed and thread count, to the rounding of TensorFlow's sums. */
export function fitHazardNet(
  backend: Backend,
  data: NetTargets & { readonly summary: Float32Array },
  scaling: RowScaling,
  { seed, epochs, log = () => {} }: NetFitOptions,
): LayersModel {
  const { tf } = backend;
  const model = buildHazardNet(backend, seed);
  const random = seededRandom(seed);
  const rows = data.fails7.length;
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const optimizer = tf.train.adam(rateFirst);
  const steps = Math.floor(rows / batchRows) * epochs;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    let losses = 0;
    let batches = 0;
    for (let from = 0; from + batchRows <= rows; from += batchRows) {
      const picked = order.subarray(from, from + batchRows);
      const input = netTensor(backend, data.summary, scaling, picked, () => hiddenGroup(random));
      // The rate falls as a cosine; the optimizer's field is not in its type.
      Object.assign(optimizer, {
        learningRate: (rateFirst / 2) * (1 + Math.cos((Math.PI * step++) / steps)),
      });
      const loss = optimizer.minimize(() => tf.tidy(() => lossOf(backend, model, input, data, picked)), true);
      losses += loss?.dataSync()[0] ?? Number.NaN;
      loss?.dispose();
      input.dispose();
      batches++;
    }
    log(`net ${seed}, epoch ${epoch + 1}: loss ${(losses / batches).toFixed(5)}`);
  }
  optimizer.dispose();
  return model;
}

function lossOf(
  { tf }: Backend,
  model: LayersModel,
  input: Tensor2D,
  targets: NetTargets,
  picked: Uint32Array,
): Scalar {
  const n = picked.length;
  const out = model.apply(input, { training: true }) as Tensor2D;
  const column = (from: ArrayLike<number>): Tensor2D =>
    tf.tensor2d(
      Float32Array.from(picked, (r) => from[r] as number),
      [n, 1],
    );
  const crossEntropy = (y: Tensor, z: Tensor): Tensor => tf.sub(tf.softplus(z), tf.mul(y, z));
  const y7 = column(targets.fails7);
  const loss7 = tf.mean(crossEntropy(y7, tf.slice(out, [0, 0], [n, 1])));
  const left = tf.sub(1, y7);
  const later = crossEntropy(column(targets.fails30), tf.slice(out, [0, 1], [n, 1]));
  const loss30 = tf.div(tf.sum(tf.mul(later, left)), tf.add(tf.sum(left), 1));
  const mode = Int32Array.from(picked, (r) => targets.mode[r] as number);
  const known = tf.tensor2d(
    Float32Array.from(mode, (m) => (m < 0 ? 0 : 1)),
    [n, 1],
  );
  const oneHot = tf.oneHot(
    tf.tensor1d(
      mode.map((m) => Math.max(m, 0)),
      'int32',
    ),
    failureModes.length,
  );
  const likelihood = tf.logSoftmax(tf.slice(out, [0, 2], [n, failureModes.length]));
  const lossMode = tf.div(
    tf.neg(tf.sum(tf.mul(tf.mul(oneHot, likelihood), known))),
    tf.add(tf.sum(known), 1),
  );
  const squares = model.trainableWeights
    .map((w) => w.read())
    .filter((w) => w.rank > 1)
    .map((w) => tf.sum(tf.square(w)));
  return tf.addN([
    loss7,
    tf.mul(horizon30Weight, loss30),
    tf.mul(modeWeight, lossMode),
    tf.mul(weightDecay, tf.addN(squares)),
  ]) as Scalar;
}

function hiddenGroup(random: () => number): Uint8Array | null {
  if (random() >= hideChance) return null;
  const group = groups[Math.floor(random() * groups.length)];
  const hidden = new Uint8Array(channelCount);
  for (const [c, channel] of channels.entries()) if (channel.group === group) hidden[c] = 1;
  return hidden;
}
