/** Trains the net on rows of normal operation: masked mean squared error, tags hidden at random, seeded. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import type { Backend } from '../serving/backend.js';
import { buildAutoencoder, inputWidth, outputReach } from './architecture.js';
import { fillInput } from './fillInput.js';
import { seededRandom } from './random.js';
import { applyScaling, fitScaling, type Scaling } from './scaling.js';
import { shuffle } from './shuffle.js';

export interface FitOptions {
  readonly epochs: number;
  readonly seed: number;
}

export interface Fitted {
  readonly model: LayersModel;
  readonly scaling: Scaling;
  /** Masked mean squared error of the last epoch, in spreads. */
  readonly loss: number;
}

const batchRows = 128;
const learningRate = 3e-3;
/** So often one tag of a row is hidden from the net, which must draw it all the same: wells lack sensors. */
const hideShare = 0.6;
/** A tag that few training wells have counts more, but never so much that one well rules. */
const tagWeightMax = 3;

/** `values` is row-major. Reproducible for one backend and seed. */
export function fitAutoencoder(
  backend: Backend,
  spec: FeatureSpec,
  values: Float32Array,
  { epochs, seed }: FitOptions,
): Fitted {
  const { tf } = backend;
  const { width } = spec;
  const rows = values.length / width;
  const scaling = fitScaling(values, width);
  const scaled = new Float32Array(values.length);
  applyScaling(scaling, values, rows, scaled);
  const weights = tagWeights(spec, values, rows);
  const model = buildAutoencoder(backend, spec, seed);
  const optimizer = tf.train.adam(learningRate);
  const random = seededRandom(seed);
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const wide = inputWidth(spec);
  let loss = Number.NaN;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    let losses = 0;
    let batches = 0;
    for (let from = 0; from < rows; from += batchRows) {
      const n = Math.min(batchRows, rows - from);
      const target = new Float32Array(n * width);
      const weight = new Float32Array(n * width);
      const seen = new Float32Array(n * width);
      for (let r = 0; r < n; r++)
        takeRow(
          spec,
          { values, scaled, weights, target, weight, seen, random },
          order[from + r] as number,
          r,
        );
      const shown = target.map((v, i) => (Number.isNaN(seen[i]) ? 0 : v));
      const input = new Float32Array(n * wide);
      fillInput(spec, shown, seen, n, input);
      const value = optimizer.minimize(
        () =>
          tf.tidy(() => {
            const drawn = model.apply(tf.tensor2d(input, [n, wide]), { training: true });
            const error = tf.sub(
              tf.mul(drawn as ReturnType<typeof tf.tensor>, outputReach),
              tf.tensor2d(target, [n, width]),
            );
            const w = tf.tensor2d(weight, [n, width]);
            return tf.div(tf.sum(tf.mul(tf.square(error), w)), tf.sum(w));
          }),
        true,
      );
      losses += value?.dataSync()[0] ?? Number.NaN;
      value?.dispose();
      batches++;
    }
    loss = losses / batches;
  }
  optimizer.dispose();
  return { model, scaling, loss };
}

/** Copies one row to place `r` of the batch and hides one of its tags now and then (`seen` is NaN there). */
function takeRow(
  spec: FeatureSpec,
  from: {
    readonly values: Float32Array;
    readonly scaled: Float32Array;
    readonly weights: Float64Array;
    readonly target: Float32Array;
    readonly weight: Float32Array;
    readonly seen: Float32Array;
    readonly random: () => number;
  },
  row: number,
  r: number,
): void {
  const { width, tags, statistics } = spec;
  const per = statistics.length;
  const there = tags.map((_, t) => t).filter((t) => !Number.isNaN(from.values[row * width + t * per]));
  const chance = from.random();
  const which = from.random();
  const hidden = there.length > 1 && chance < hideShare ? there[Math.floor(which * there.length)] : undefined;
  for (let k = 0; k < width; k++) {
    const tag = Math.floor(k / per);
    const v = from.values[row * width + k] as number;
    from.target[r * width + k] = from.scaled[row * width + k] as number;
    from.weight[r * width + k] = Number.isNaN(v) ? 0 : (from.weights[tag] as number);
    from.seen[r * width + k] = tag === hidden ? Number.NaN : v;
  }
}

function tagWeights(spec: FeatureSpec, values: Float32Array, rows: number): Float64Array {
  const per = spec.statistics.length;
  return Float64Array.from(spec.tags, (_, t) => {
    let there = 0;
    for (let r = 0; r < rows; r++) if (!Number.isNaN(values[r * spec.width + t * per])) there++;
    return there === 0 ? 0 : Math.min(tagWeightMax, Math.sqrt(rows / there));
  });
}
