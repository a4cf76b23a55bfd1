/** What a model says of one well at one time. */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

export interface Score {
  readonly well: WellRef;
  readonly lane: Lane;
  readonly model: string;
  /** Version of the artifact that scored, from its manifest. */
  readonly version: string;
  /** By a version watched beside the active one: nothing follows from it. */
  readonly shadow: boolean;
  readonly atMs: number;
  /** The model's own number (for an autoencoder: reconstruction error in units of its normal spread). */
  readonly value: number;
  /** Where the model's card says an alarm begins, in the same unit. */
  readonly threshold: number;
  /** Share of the inputs that had data, 0–1. */
  readonly coverage: number;
  /** The inputs that made most of the score: tag and share, largest first, at most five. */
  readonly contributions: readonly { readonly tag: string; readonly share: number }[];
}
