/** A model as the stream sees it: rows in, scores out. */
import type { TenantRef } from '#schemas/records/wellRef.js';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';

export interface Scorer {
  readonly model: string;
  readonly version: string;
  /** What its rows must hold; serving has checked that the artifact was trained on exactly this. */
  readonly spec: FeatureSpec;
  /** Where an alarm begins, in the unit of the scores. */
  readonly threshold: number;
  /**
   * Scores `rows × spec.width` numbers (row-major) into `scores[0..rows)`, and each feature's share of the score into
   * `shares` (row-major like the input). Synchronous; batches of about 64 are fastest.
   */
  score(values: Float32Array, rows: number, scores: Float32Array, shares: Float32Array): void;
  dispose(): void;
}

/** The versions of one model, all over the same features. */
export interface Scorers {
  readonly model: string;
  readonly spec: FeatureSpec;
  /** The one that speaks for a tenant. */
  active(tenant: TenantRef): Scorer;
  /** Those that are watched beside it. */
  shadows(tenant: TenantRef): readonly Scorer[];
}
