/** The net's input from feature rows: scaled values, then a flag a tag. */
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import { inputWidth } from './architecture.js';

/**
 * `scaled` has `rows × spec.width` numbers (masked ones 0), `values` the same rows unscaled (masked ones NaN). A tag is
 * there when its first statistic is.
 */
export function fillInput(
  spec: FeatureSpec,
  scaled: Float32Array,
  values: Float32Array,
  rows: number,
  out: Float32Array,
): void {
  const { width, tags, statistics } = spec;
  const wide = inputWidth(spec);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < width; k++) out[r * wide + k] = scaled[r * width + k] as number;
    for (let t = 0; t < tags.length; t++)
      out[r * wide + width + t] = Number.isNaN(values[r * width + t * statistics.length]) ? 0 : 1;
  }
}
