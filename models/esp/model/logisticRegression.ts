/** The plain baseline: logistic regression on scaled summary rows, a mask beside each channel's day. */
import { seededRandom } from '../../flow-autoencoder/random.js';
import { fitRowScaling, type RowScaling, scaleRow } from './rowScaling.js';

export interface LogisticModel {
  readonly scaling: RowScaling;
  readonly weights: Float64Array;
  readonly bias: number;
}

const epochs = 12;
const ridge = 2e-4;

/** Stochastic gradient with Adagrad steps. Reproducible by seed. */
export function fitLogistic(data: {
  readonly values: Float32Array;
  readonly rows: number;
  readonly width: number;
  readonly outcome: Float32Array;
  readonly seed: number;
}): LogisticModel {
  const { values, rows, width, outcome } = data;
  const scaling = fitRowScaling(values, rows, width);
  const random = seededRandom(data.seed);
  const weights = new Float64Array(width);
  const seen = new Float64Array(width).fill(1);
  const row = new Float32Array(width);
  let bias = -4;
  for (let step = 0; step < rows * epochs; step++) {
    const r = Math.floor(random() * rows);
    scaleRow(scaling, values, r * width, row, 0);
    const error = 1 / (1 + Math.exp(-(bias + dot(weights, row)))) - (outcome[r] as number);
    bias -= 0.01 * error;
    for (let f = 0; f < width; f++) {
      const g = error * (row[f] as number) + ridge * (weights[f] as number);
      seen[f] = (seen[f] as number) + g * g;
      weights[f] = (weights[f] as number) - (0.05 * g) / Math.sqrt(seen[f] as number);
    }
  }
  return { scaling, weights, bias };
}

/** Log-odds. */
export function logisticScore(model: LogisticModel, values: Float32Array, at: number): number {
  const row = new Float32Array(model.weights.length);
  scaleRow(model.scaling, values, at, row, 0);
  return model.bias + dot(model.weights, row);
}

function dot(weights: Float64Array, row: Float32Array): number {
  let sum = 0;
  for (let f = 0; f < weights.length; f++) sum += (weights[f] as number) * (row[f] as number);
  return sum;
}
