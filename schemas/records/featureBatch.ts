/** Feature vectors of several wells, row by row: what a model is given. */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

/** Rows below `length` are valid and only during the call that hands the batch over. */
export interface FeatureBatch {
  length: number;
  /** Numbers a row. */
  readonly width: number;
  wells: WellRef[];
  lanes: Lane[];
  /** End of the stretch the features describe, Unix ms: everything used lies before it. */
  endMs: Float64Array;
  /** Row-major, `length × width`. */
  values: Float32Array;
  /** Share of the features that had data behind them, 0–1. */
  coverage: Float32Array;
}
