/** How fast a piece of synchronous work is: run until it is warm, then the best of several runs, by processor time. */

export interface Measured {
  /** Units a CPU-second of the whole process in the best run: what else the machine does counts little, collecting garbage does. */
  readonly rate: number;
  readonly runs: number;
}

export interface MeasureOptions {
  /** Units that one call of `work` does. */
  readonly units: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Times for the two sizes: a smoke run calls the work twice. */
export const measureTimes = {
  smoke: { warmUpMs: 0, measureMs: 0 },
  full: { warmUpMs: 1500, measureMs: 3000 },
} as const;

export function measure(work: () => void, options: MeasureOptions): Measured {
  const began = performance.now();
  do work();
  while (performance.now() - began < options.warmUpMs);
  const start = performance.now();
  let bestUs = Number.POSITIVE_INFINITY;
  let runs = 0;
  do {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    bestUs = Math.min(bestUs, user + system);
    runs++;
  } while (performance.now() - start < options.measureMs);
  return { rate: options.units / (Math.max(bestUs, 1) / 1e6), runs };
}
