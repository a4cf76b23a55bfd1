/** Tells flow instability from normal operation by a window's features: logistic regression, every well with equal weight. */
import { flowMovementNames } from '#pipelines/wellrules/flowMovement.js';
import { type FlowRegression, reach } from './flowModel.js';
import type { FlowWindow } from './flowWindows.js';

/** 3W's class of flow instability. */
export const instability = 4;

/** L2 on the standardised weights: the features say nearly the same, none may run off alone. */
const penalty = 0.05;

/** What each of the regressions sees: the range of a quarter of an hour, with that of an hour, with what is faster. */
export const flowParts: readonly (readonly number[])[] = [
  ['range15'],
  ['step4', 'range15', 'range60'],
  ['step2', 'step4', 'range15', 'range60'],
].map((measures) =>
  flowMovementNames.flatMap((name, i) => (measures.some((m) => name.endsWith(m)) ? [i] : [])),
);

const steps = 300;
const rate = 0.3;
const momentum = 0.9;
/** Deterministic: full gradients from zero. Wells and classes weigh the same, however many windows they have. */
export function fitRegression(training: readonly FlowWindow[], part: readonly number[]): FlowRegression {
  const usable = training.filter(({ features }) => part.some((f) => !Number.isNaN(features[f])));
  const weights = balance(usable);
  const width = part.length;
  const centre = new Float64Array(width);
  const spread = new Float64Array(width).fill(1);
  part.forEach((f, k) => {
    const present = usable.flatMap(({ features }, i) =>
      Number.isNaN(features[f]) ? [] : [{ value: features[f] as number, weight: weights[i] as number }],
    );
    const total = present.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return;
    centre[k] = present.reduce((sum, { value, weight }) => sum + weight * value, 0) / total;
    const variance =
      present.reduce((sum, { value, weight }) => sum + weight * (value - (centre[k] as number)) ** 2, 0) /
      total;
    spread[k] = Math.sqrt(variance) || 1;
  });
  const scale = (features: Float64Array, out: Float64Array, at: number): void => {
    for (let k = 0; k < width; k++) {
      const v = ((features[part[k] as number] as number) - (centre[k] as number)) / (spread[k] as number);
      out[at + k] = Number.isNaN(v) ? 0 : Math.max(-reach, Math.min(reach, v));
    }
  };
  const inputs = new Float64Array(usable.length * width);
  usable.forEach(({ features }, i) => scale(features, inputs, i * width));
  const targets = Float64Array.from(usable, (w) => (w.class === instability ? 1 : 0));
  const model = descend(inputs, targets, weights, width);
  return { features: part, centre: [...centre], spread: [...spread], weights: [...model] };
}

function descend(
  inputs: Float64Array,
  targets: Float64Array,
  weights: Float64Array,
  width: number,
): Float64Array {
  const model = new Float64Array(width + 1);
  const speed = new Float64Array(width + 1);
  const gradient = new Float64Array(width + 1);
  for (let step = 0; step < steps; step++) {
    gradient.fill(0);
    for (let i = 0; i < targets.length; i++) {
      const error =
        (probability(model, inputs, i * width, width) - (targets[i] as number)) * (weights[i] as number);
      for (let k = 0; k < width; k++)
        gradient[k] = (gradient[k] as number) + error * (inputs[i * width + k] as number);
      gradient[width] = (gradient[width] as number) + error;
    }
    for (let k = 0; k <= width; k++) {
      const pull = k < width ? penalty * (model[k] as number) : 0;
      speed[k] = momentum * (speed[k] as number) - rate * ((gradient[k] as number) + pull);
      model[k] = (model[k] as number) + (speed[k] as number);
    }
  }
  return model;
}

function probability(model: Float64Array, inputs: Float64Array, at: number, width: number): number {
  let z = model[width] as number;
  for (let k = 0; k < width; k++) z += (model[k] as number) * (inputs[at + k] as number);
  return 1 / (1 + Math.exp(-z));
}

/** Half the weight to each class, in it the same to each well; all together 1. */
function balance(windows: readonly FlowWindow[]): Float64Array {
  const counts = new Map<string, number>();
  const key = (w: FlowWindow) => `${w.class} ${w.well}`;
  for (const w of windows) counts.set(key(w), (counts.get(key(w)) ?? 0) + 1);
  const wellsOf = (c: number) => [...counts.keys()].filter((k) => k.startsWith(`${c} `)).length;
  return Float64Array.from(windows, (w) => 0.5 / ((counts.get(key(w)) as number) * wellsOf(w.class)));
}
