/** What a bench is: a program beside what it measures, run small by the tests and whole by `balancin bench`. */

/** `smoke` proves in well under a second that the bench works and what it computes; its rates mean nothing. */
export type BenchSize = 'smoke' | 'full';

export interface BenchCase {
  readonly name: string;
  /** What one unit is: samples, frames, rows. */
  readonly unit: string;
  /** Units a second. */
  readonly rate: number;
  /** The rate in units of the floor's for the same frames, measured in the same run; null where there is none. */
  readonly ratioToFloor: number | null;
  /** Of the result, so that a faster wrong answer shows. The same for the same size on every machine. */
  readonly hash: string;
  /** Further figures, units last in their names. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface BenchResult {
  /** Where a bench has several results, behind its name: `engine-600`. */
  readonly part?: string;
  /** The figures that the whole is judged by: they stand at the top of the JSON line. Null: not measured in this run. */
  readonly headline?: Readonly<Record<string, number | null>>;
  /** What was left out and why, which targets were missed. */
  readonly notes?: readonly string[];
  /** Versions of what was measured beside Node. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What was measured over. */
  readonly inputs: Readonly<Record<string, number | string>>;
  readonly cases: readonly BenchCase[];
}

/** What only some benches heed. */
export interface BenchOptions {
  /** Parts to run; none: all. */
  readonly parts: readonly string[];
  /** Folder of the reference's sources; null: beside the project, where it is there; `none`: not at all. */
  readonly reference: string | null;
  /** Folder for CPU profiles of what is measured; null: none are taken. */
  readonly profileDir: string | null;
  /** For what goes on meanwhile. */
  readonly progress: (line: string) => void;
}

/** Exported as `bench` by every `x.bench.ts`. */
export interface Bench {
  /** As in `balancin bench NAME`: camelCase, the file's name without `.bench.ts`. */
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** Starts real servers: its smoke run is an integration test beside it. */
  readonly startsServers?: boolean;
  run(
    size: BenchSize,
    options: BenchOptions,
  ): BenchResult | Promise<BenchResult> | AsyncIterable<BenchResult>;
}
