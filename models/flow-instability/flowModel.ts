/** The trained classifier as data, and what it says of a row of features. */
import type { FlowClassifierPort } from '#pipelines/wellrules/flowStability.js';

/** One regression over some of `flowMovementNames`. */
export interface FlowRegression {
  /** Positions in `flowMovementNames`. */
  readonly features: readonly number[];
  readonly centre: readonly number[];
  readonly spread: readonly number[];
  /** Of the standardised features, then the bias. */
  readonly weights: readonly number[];
}

export interface FlowModel {
  readonly regressions: readonly FlowRegression[];
  /** Decided: a window is unstable from this probability on. */
  readonly unstableAt: number;
  /** Median range of an hour in normal operation, kPa, each of `flowTags`. */
  readonly usualKpa: readonly number[];
}

/** Standard deviations beyond which a number says nothing more. */
export const reach = 4;
/**
 * Logits above `unstableAt` at which an alert may open. With it, and the persistence in `flowStability.ts`, the wells of 3W
 * gave no false alarm, each judged by the others; a fifth less gave one.
 */
const alertMargin = 1;

/** Mean of the regressions; 0 where no sensor moves: nothing is seen to be unstable. */
export function probabilityOf({ regressions }: FlowModel, features: Float64Array): number {
  let sum = 0;
  let said = 0;
  for (const one of regressions) {
    const p = regressionOf(one, features);
    if (Number.isNaN(p)) continue;
    sum += p;
    said++;
  }
  return said === 0 ? 0 : sum / said;
}

/** A masked feature counts as average; NaN where all are masked. */
function regressionOf({ features: of, centre, spread, weights }: FlowRegression, row: Float64Array): number {
  let z = weights[of.length] as number;
  let there = false;
  for (let k = 0; k < of.length; k++) {
    const v = ((row[of[k] as number] as number) - (centre[k] as number)) / (spread[k] as number);
    if (Number.isNaN(v)) continue;
    there = true;
    z += (weights[k] as number) * Math.max(-reach, Math.min(reach, v));
  }
  return there ? 1 / (1 + Math.exp(-z)) : Number.NaN;
}

/** As the rule in the stream takes it. */
export function flowPort(model: FlowModel): FlowClassifierPort {
  return {
    probability: (features) => probabilityOf(model, features),
    openAt: 1 / (1 + Math.exp(-Math.log(model.unstableAt / (1 - model.unstableAt)) - alertMargin)),
    closeBelow: model.unstableAt,
    usualKpa: model.usualKpa,
  };
}
