/** Rows in, reconstruction errors out: the net, its scaling and its unit joined; what serving and training both call. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import type { Backend } from '../serving/backend.js';
import { inputWidth, outputReach } from './architecture.js';
import { fillInput } from './fillInput.js';
import { reconstructionError } from './reconstructionError.js';
import { applyScaling, type Scaling } from './scaling.js';

export interface RowScorer {
  /** As `Scorer.score`. */
  score(values: Float32Array, rows: number, scores: Float32Array, shares?: Float32Array): void;
}

/** Buffers grow to the largest batch seen; every tensor is freed before `score` returns. */
export function createRowScorer(parts: {
  readonly backend: Backend;
  readonly spec: FeatureSpec;
  readonly model: LayersModel;
  readonly scaling: Scaling;
  readonly unit: number;
}): RowScorer {
  const { backend, spec, model, scaling, unit } = parts;
  const { tf } = backend;
  const wide = inputWidth(spec);
  let scaled = new Float32Array(0);
  let input = new Float32Array(0);
  return {
    score(values, rows, scores, shares) {
      if (rows === 0) return;
      if (scaled.length < rows * spec.width) {
        scaled = new Float32Array(rows * spec.width);
        input = new Float32Array(rows * wide);
      }
      applyScaling(scaling, values, rows, scaled);
      fillInput(spec, scaled, values, rows, input);
      const drawn = tf.tidy(() => {
        const batch = tf.tensor2d(input.subarray(0, rows * wide), [rows, wide]);
        // `predict` slices and joins batches of its own: four times the time of the net itself.
        return (model.apply(batch) as typeof batch).dataSync<'float32'>();
      });
      for (let r = 0; r < rows; r++)
        scores[r] = reconstructionError(
          spec,
          { values, scaled, drawn, reach: outputReach, at: r * spec.width, unit },
          shares,
        );
    },
  };
}
