/** From what was measured to the rows and ratios that the engine is judged by. */
import type { BenchCase, BenchResult } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { framesOf, samplesPerFrame } from './fleet.js';
import type { MeasuredPart, MeasuredReference, MeasuredWorkers } from './measureEngine.js';

/** Below it what is called the floor is none: the least work must be far less than what a good engine does. */
const floorFactor = 7;
/** Of workers after the warm-up: in less a commit or a collection more is seen in the rate. */
const secondsMin = 30;

/** `cleanRate`: samples a second of the part with the same frames in order, measured before in the same run. */
export function engineResult(
  measured: MeasuredPart,
  notes: readonly string[],
  cleanRate: number | null,
): BenchResult {
  const { part, truth, workers, reference, floor, fastFloor, versions } = measured;
  const { shape } = part;
  const totals = truth.windows.totals();
  // Sums of the same floats in another order differ in their last digits.
  const hash = resultHash([totals.samples, totals.good, Math.round(totals.sum), truth.windows.windows()]);
  const best = workers.filter(({ unjudged }) => !unjudged).reduce((a, b) => (rateOf(b) > rateOf(a) ? b : a));
  const tuned = reference.filter(({ kind }) => kind === 'tuned');
  const dsl = reference.filter(({ kind }) => kind === 'dsl');
  const floorRate = floor === null ? null : rateOf(floor);
  const floorPerCpu = floor === null ? null : floor.samples / floor.cpuSeconds;
  const ratio = (value: number, of: number | null): number | null => (of === null ? null : value / of);
  // Against the better of the reference's runs by each measure.
  const most = (of: (run: MeasuredReference) => number, runs: readonly MeasuredReference[]): number | null =>
    runs.length === 0 ? null : Math.max(...runs.map(of));
  const tunedPerCpu = most((run) => run.samples / run.cpuSeconds, tuned);
  const headline = {
    samplesPerSecond: rateOf(best),
    samplesPerWorkerCpuSecond: perWorkerCpu(best),
    samplesPerTotalCpuSecond: perTotalCpu(best),
    ratioTuned: ratio(rateOf(best), most(rateOf, tuned)),
    ratioTunedPerCpu: ratio(perWorkerCpu(best), tunedPerCpu),
    ratioTunedTotalCpu: ratio(
      perTotalCpu(best),
      most((run) => run.samples / (run.cpuSeconds + run.brokerCpuSeconds), tuned),
    ),
    ratioFloor: ratio(rateOf(best), floorRate),
    ratioFloorPerCpu: ratio(perWorkerCpu(best), floorPerCpu),
    ratioFastFloor: ratio(rateOf(best), fastFloor === null ? null : rateOf(fastFloor)),
    ratioDsl: ratio(rateOf(best), most(rateOf, dsl)),
    ratioClean: shape.dirty ? ratio(rateOf(best), cleanRate) : null,
    floorPerTunedCpu: floorPerCpu === null ? null : ratio(floorPerCpu, tunedPerCpu),
    secondsMeasured: best.seconds,
    peakRssBytes: best.peakRssBytes,
    commitP50Ms: best.commitP50Ms,
    commitP99Ms: best.commitP99Ms,
    stateBytesPerTag: best.stateBytes / (shape.wells * shape.tags),
  };
  const said = [...notes];
  if (headline.floorPerTunedCpu !== null && headline.floorPerTunedCpu < floorFactor) {
    said.push(
      `the floor does only ${headline.floorPerTunedCpu.toFixed(1)} × the tuned reference a CPU-second: below ${floorFactor} × it is no floor`,
    );
  }
  if (part.warmUpMs > 0 && best.seconds < secondsMin) {
    said.push(`measured for ${best.seconds.toFixed(1)} s, less than the ${secondsMin} s that are asked for`);
  }
  const cases: BenchCase[] = [
    ...workers.map((run) => ({
      ...row(nameOf(run), rateOf(run), hash, {
        perWorkerCpuSecond: perWorkerCpu(run),
        perTotalCpuSecond: perTotalCpu(run),
        workerCpuUsPerKsample: (run.cpuSeconds.workers / run.samples) * 1e9,
        seconds: run.seconds,
        workerCpuSeconds: run.cpuSeconds.workers,
        databaseCpuSeconds: run.cpuSeconds.database,
        brokerCpuSeconds: run.cpuSeconds.broker,
        ...judgingOf(run, workers),
        rowsStored: run.rowsStored,
        commits: run.commits,
        commitP50Ms: run.commitP50Ms,
        commitP99Ms: run.commitP99Ms,
        peakRssBytes: run.peakRssBytes,
      }),
      ratioToFloor: ratio(rateOf(run), floorRate),
    })),
    ...reference.map((run) => ({
      ...row(`${run.kind} ${run.threads}`, rateOf(run), hash, {
        perWorkerCpuSecond: run.samples / run.cpuSeconds,
        perTotalCpuSecond: run.samples / (run.cpuSeconds + run.brokerCpuSeconds),
        seconds: run.seconds,
      }),
      ratioToFloor: ratio(rateOf(run), floorRate),
    })),
  ];
  for (const [name, run] of [
    ['floor', floor],
    ['floor, our fetch', fastFloor],
  ] as const) {
    if (run === null) continue;
    const figures = { perWorkerCpuSecond: run.samples / run.cpuSeconds, seconds: run.seconds };
    cases.push({ ...row(name, rateOf(run), hash, figures), ratioToFloor: ratio(rateOf(run), floorRate) });
  }
  return {
    part: part.name,
    headline,
    notes: said,
    versions,
    inputs: {
      wells: shape.wells,
      tags: shape.tags,
      samplesPerFrame: samplesPerFrame(shape),
      frames: framesOf(shape),
      framesTwice: truth.framesTwice,
      dirty: String(shape.dirty),
      warmUpMs: part.warmUpMs,
    },
    cases,
  };
}

function row(name: string, rate: number, hash: string, figures: Record<string, number>): BenchCase {
  return { name, unit: 'samples', rate, ratioToFloor: null, hash, figures };
}

function nameOf({ processes, threads, unjudged }: MeasuredWorkers): string {
  return `workers ${processes} × ${threads}${unjudged ? ', nothing judged' : ''}`;
}

/** What share of the throughput, of all CPU time a sample, goes into judging minutes: against the same run without it. */
function judgingOf(run: MeasuredWorkers, all: readonly MeasuredWorkers[]): Record<string, number> {
  const plain = all.find((o) => o.unjudged && o.processes === run.processes && o.threads === run.threads);
  if (plain === undefined || run.unjudged) return {};
  return {
    judgingShare: 1 - rateOf(run) / rateOf(plain),
    judgingShareOfWorkerCpu: 1 - perWorkerCpu(run) / perWorkerCpu(plain),
    judgingShareOfAllCpu: 1 - perTotalCpu(run) / perTotalCpu(plain),
  };
}

function rateOf({ samples, seconds }: { readonly samples: number; readonly seconds: number }): number {
  return samples / seconds;
}

function perWorkerCpu({ samples, cpuSeconds }: MeasuredWorkers): number {
  return samples / cpuSeconds.workers;
}

function perTotalCpu({ samples, cpuSeconds }: MeasuredWorkers): number {
  return samples / (cpuSeconds.workers + cpuSeconds.database + cpuSeconds.broker);
}
