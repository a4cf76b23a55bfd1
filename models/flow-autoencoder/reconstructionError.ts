/** How far a row lies from what the net draws of it, and which features made it so. */
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';

/**
 * Root of the mean over tags of the mean squared error of their statistics, over `unit`; tags that were masked are left
 * out, so that a missing sensor neither raises nor lowers a score. `shares` of a row sum to 1 (all 0 where the error is).
 */
export function reconstructionError(
  spec: FeatureSpec,
  row: {
    /** Unscaled, NaN where masked. */
    readonly values: Float32Array;
    readonly scaled: Float32Array;
    readonly drawn: Float32Array;
    /** Multiplies `drawn`: the net ends in tanh. */
    readonly reach: number;
    readonly at: number;
    readonly unit: number;
  },
  shares?: Float32Array,
): number {
  const { width } = spec;
  let sum = 0;
  let tags = 0;
  const per = spec.statistics.length;
  for (let k = 0; k < width; k += per) {
    if (Number.isNaN(row.values[row.at + k])) {
      shares?.fill(0, row.at + k, row.at + k + per);
      continue;
    }
    tags++;
    for (let j = k; j < k + per; j++) {
      const d = row.reach * (row.drawn[row.at + j] as number) - (row.scaled[row.at + j] as number);
      const error = (d * d) / per;
      sum += error;
      if (shares) shares[row.at + j] = error;
    }
  }
  if (shares && sum > 0)
    for (let j = row.at; j < row.at + width; j++) shares[j] = (shares[j] as number) / sum;
  return tags === 0 ? 0 : Math.sqrt(sum / tags) / row.unit;
}
