/** The shipped configuration of the multivariate detector: lengths in rows (a row of a file, a closed minute of a well). */

export interface MultivariateConfig {
  /** Rows that teach before anything is said. */
  readonly learnRows: number;
  /**
   * Of these only the first teach what is usual; the rest, which taught nothing, say how far rows come from it. Left out: all
   * do both.
   */
  readonly teachRows?: number;
  /** Constants of the two exponential means of the rows: the fast one sees jumps, the slow one small shifts that stay. */
  readonly fastRows: number;
  readonly slowRows: number;
  /** A row moves them by no more than this many of its signal's spreads. */
  readonly clipSpreads: number;
  /** Share of variance the principal components explain: they make T², the rest is SPE. */
  readonly explained: number;
  /** Part of the identity mixed into a correlation matrix, so that few rows do not make directions of no variance. */
  readonly ridge: number;
  /** A statistic's limit: this many deviations above the mean of its cube root (Wilson and Hilferty) over the rows that taught. */
  readonly limitFast: number;
  readonly limitSlow: number;
  readonly limitSpread: number;
  /** An alert opens after so many rows at or above 1, and ends after so many below `closeAt`. */
  readonly openRows: number;
  readonly closeAt: number;
  readonly closeRows: number;
  /** Rows after which the components are worked out anew. */
  readonly refreshRows: number;
  /**
   * Adaptive: levels follow rows whose score is below, with this constant; a steady signal's with this share of it at least.
   */
  readonly adaptBelow: number;
  readonly adaptRows: number;
  readonly adaptMin: number;
}

/** Chosen on made-up series (`models/series/madeUpSeries.fixture.ts`) alone; see `models/series/card.md`. */
export const multivariateConfig: MultivariateConfig = Object.freeze({
  learnRows: 400,
  fastRows: 3,
  slowRows: 20,
  clipSpreads: 3,
  explained: 0.9,
  ridge: 0.1,
  limitFast: 4,
  limitSlow: 3.5,
  limitSpread: 4,
  openRows: 2,
  closeAt: 0.7,
  closeRows: 3,
  refreshRows: 16,
  adaptBelow: 0.7,
  adaptRows: 100,
  adaptMin: 0.1,
});

/** In the stream a row is a closed minute of a well. */
export interface StreamedMultivariateConfig extends MultivariateConfig {
  /** Minutes in which a well's signals are found before they teach. */
  readonly collectRows: number;
  /** After a choke, frequency or speed change nothing is said for so long, minutes; later levels are still found for so long. */
  readonly mutedMinutes: number;
  readonly settledMinutes: number;
  /** A finding that stands longer is how the well runs now, for a person to judge; all is learned anew. */
  readonly openMsMax: number;
  /** Silent for longer, a well's levels are found anew; for longer than the second, all begins anew, minutes. */
  readonly gapMinutes: number;
  readonly forgetMinutes: number;
}

/**
 * Six hours teach, two say how far rows stray from them. Limits are wider than those of files: of five statistics a minute a
 * well has two million a year. Minutes and hours of mute are the issue's.
 */
export const streamedMultivariateConfig: StreamedMultivariateConfig = Object.freeze({
  ...multivariateConfig,
  learnRows: 480,
  teachRows: 360,
  limitFast: 6,
  limitSlow: 6,
  limitSpread: 6,
  openRows: 5,
  closeRows: 10,
  refreshRows: 240,
  adaptRows: 120,
  collectRows: 30,
  mutedMinutes: 30,
  settledMinutes: 120,
  openMsMax: 24 * 3_600_000,
  gapMinutes: 60,
  forgetMinutes: 24 * 60,
});
