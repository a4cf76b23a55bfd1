/** What is compared on the same rows by the same alert rule: the net, the size of its inputs, the moving z-score. */
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import type { ThreeWInstance } from '../threew/readThreeWFile.js';
import { type FeatureRows, featureRowsOf } from './featureRows.js';
import { createMovingZScore } from './movingZScore.js';
import { reconstructionError } from './reconstructionError.js';
import type { RowScorer } from './rowScorer.js';
import { applyScaling, type Scaling } from './scaling.js';

export interface Contest {
  readonly rows: FeatureRows;
  /** Worst |z| since the row before. */
  readonly zScores: Float32Array;
}

/** Features and baseline of one file, from the same minutes. */
export function contestOf(instance: ThreeWInstance, spec: FeatureSpec, fromRow = 0): Contest {
  const z = createMovingZScore(spec.tags);
  const tagOf = (id: number) => instance.columns[id]?.tag ?? '';
  const rows = featureRowsOf(instance, spec, { fromRow, onMinute: (batch) => z.add(batch, tagOf) });
  const stepMs = spec.stepMinutes * 60_000;
  return { rows, zScores: Float32Array.from(rows.endMs, (end) => z.worst(end - stepMs, end)) };
}

export function netScores(scorer: RowScorer, { rows, values }: FeatureRows): Float32Array {
  const scores = new Float32Array(rows);
  scorer.score(values, rows, scores);
  return scores;
}

/** The same features without the net: distance from the centre of normal operation, in spreads. */
export function sizeScores(spec: FeatureSpec, scaling: Scaling, { rows, values }: FeatureRows): Float32Array {
  const scaled = new Float32Array(values.length);
  applyScaling(scaling, values, rows, scaled);
  const drawn = new Float32Array(values.length);
  return Float32Array.from({ length: rows }, (_, r) =>
    reconstructionError(spec, { values, scaled, drawn, reach: 1, at: r * spec.width, unit: 1 }),
  );
}
