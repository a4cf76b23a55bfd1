/** A layer of the fault suite, as the command runs it. */

export interface LayerOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Test the layer itself: every mutant must be found. */
  readonly mutants: boolean;
  /** Play this one case again, with all that it did; the layer says in its failures what to give here. */
  readonly replay: string | null;
  /** Keeps what was done in this file, and goes on after it; null keeps nothing. */
  readonly resume: string | null;
  readonly say: (line: string) => void;
}

/** True where nothing was lost, nothing was there twice, and all that was to happen did. */
export type Layer = (options: LayerOptions) => Promise<boolean>;
