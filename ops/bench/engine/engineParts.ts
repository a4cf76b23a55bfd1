/** What the engine is measured over: the shapes of frames, how many, and what is run on them. */
import type { BenchSize } from '../bench.js';
import { type FleetShape, samplesPerFrame } from './fleet.js';

export interface EngineRun {
  readonly processes: number;
  /** A process. */
  readonly threads: number;
  /** Without all that judges minutes: detectors, rules, scores, alerts. */
  readonly unjudged?: true;
}

export interface EnginePart {
  readonly name: string;
  readonly shape: FleetShape;
  /** Processes and threads a process, each run over the whole topic from an empty database. */
  readonly runs: readonly EngineRun[];
  /** Frames that the tuned reference reads; 0: it is not run. */
  readonly tunedFrames: number;
  readonly dslFrames: number;
  readonly floor: boolean;
  readonly warmUpMs: number;
}

const wells = 512;
const threads = [
  { processes: 1, threads: 1 },
  { processes: 1, threads: 2 },
];

/** Sized for at least thirty seconds of workers after the warm-up; 600 is what the engine is known by. */
const full: Readonly<Record<string, Omit<EnginePart, 'name'>>> = {
  growth: {
    shape: { wells, tags: 10, samples: 60, rounds: 1_000, dirty: false },
    runs: [
      ...threads,
      { processes: 1, threads: 4 },
      { processes: 2, threads: 1 },
      { processes: 2, threads: 2 },
    ],
    tunedFrames: 0,
    dslFrames: 0,
    floor: false,
    warmUpMs: 2_500,
  },
  detectors: {
    shape: { wells, tags: 10, samples: 60, rounds: 800, dirty: false, known: true },
    runs: threads.flatMap((run): EngineRun[] => [run, { ...run, unjudged: true }]),
    tunedFrames: 0,
    dslFrames: 0,
    floor: false,
    warmUpMs: 2_500,
  },
  1: {
    shape: { wells, tags: 1, samples: 1, rounds: 62_000, dirty: false },
    runs: threads,
    tunedFrames: 8_000_000,
    dslFrames: 0,
    floor: true,
    warmUpMs: 5_000,
  },
  10: {
    shape: { wells, tags: 1, samples: 10, rounds: 34_000, dirty: false },
    runs: threads,
    tunedFrames: 5_000_000,
    dslFrames: 0,
    floor: true,
    warmUpMs: 5_000,
  },
  dirty: {
    shape: { wells, tags: 10, samples: 60, rounds: 2_600, dirty: true },
    runs: threads,
    tunedFrames: 100_000,
    dslFrames: 0,
    floor: false,
    warmUpMs: 5_000,
  },
  600: {
    shape: { wells, tags: 10, samples: 60, rounds: 3_400, dirty: false },
    runs: threads,
    tunedFrames: 150_000,
    dslFrames: 12_000,
    floor: true,
    warmUpMs: 5_000,
  },
};

export const partNames: readonly string[] = ['growth', 'detectors', '1', '10', '600', 'dirty'];

/** Throws nothing: names are checked by the caller. */
export function enginePart(name: string, size: BenchSize): EnginePart | undefined {
  const part = full[name];
  if (part === undefined) return undefined;
  if (size === 'full') return { name, ...part };
  const { samples } = part.shape;
  const shape = { ...part.shape, wells: 32, rounds: samples === 60 ? 12 : 240 };
  const few = Math.min(shape.wells * shape.rounds, Math.ceil(60_000 / samplesPerFrame(shape)));
  return {
    ...part,
    name,
    shape,
    tunedFrames: Math.min(part.tunedFrames, few),
    dslFrames: Math.min(part.dslFrames, 20),
    warmUpMs: 0,
  };
}
