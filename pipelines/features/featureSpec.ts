/** What a model's input is made of, as data: hashed into the artifact's manifest, so that training and serving agree. */

export type MinuteStatistic = 'mean' | 'std' | 'min' | 'max' | 'slope' | 'last';

export interface FeatureSpec {
  readonly name: string;
  /** Length of the stretch of minutes a row describes. */
  readonly windowMinutes: number;
  /** A row is due every so many minutes a well. */
  readonly stepMinutes: number;
  /** Canonical tags (`schemas/signals`), in order. */
  readonly tags: readonly string[];
  /** Statistics of each tag over the stretch, in order: width = tags × statistics. */
  readonly statistics: readonly MinuteStatistic[];
  /** Numbers a row. */
  readonly width: number;
  /** Rows with less than this share of their minutes present are not scored, 0–1. */
  readonly coverageMin: number;
  /** How values are made comparable between wells; the builder's code for each name is part of the contract. */
  readonly normalisation: string;
}
