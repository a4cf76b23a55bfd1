/** What many tenants cost: the same traffic of one tenant and of two hundred, a commit for every ten seconds of it. */
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { measureSlices, type SliceFigures } from './measureSlices.js';

const sizes = {
  smoke: { wells: 60, tenants: 6, slices: 66, warmUp: 48, partitions: 8 },
  full: { wells: 4_000, tenants: 200, slices: 84, warmUp: 48, partitions: 32 },
};

async function run(size: BenchSize): Promise<BenchResult> {
  const { wells, tenants, slices, warmUp, partitions } = sizes[size];
  const cases: { name: string; figures: SliceFigures }[] = [];
  for (const [name, count] of [
    ['one tenant', 1],
    [`${tenants} tenants`, tenants],
  ] as const) {
    const fleet = { tenants: count, wells, wellsPerSite: 4, tags: 10, samples: 60 };
    const durable = size === 'full';
    cases.push({
      name,
      figures: await measureSlices({ fleet, partitions, slices, warmUp, sliceMs: 10_000, durable }),
    });
  }
  const [one, many] = cases.map(({ figures }) => figures);
  const costOf = (f: SliceFigures | undefined): number =>
    f === undefined ? Number.NaN : f.workerCpuS + f.databaseCpuS;
  return {
    inputs: {
      wells,
      tenants,
      partitions,
      tags: 10,
      samplesPerFrame: 600,
      ageSeconds: 10,
      slices: slices - warmUp,
    },
    headline: { costRatio: costOf(many) / costOf(one) },
    cases: cases.map(({ name, figures }) => ({
      name,
      unit: 'samples',
      rate: figures.samples / costOf(figures),
      ratioToFloor: null,
      hash: resultHash([figures.samples, figures.rowsStored]),
      figures: {
        workerCpuMsPerCommit: (figures.workerCpuS * 1000) / figures.commits,
        databaseCpuMsPerCommit: (figures.databaseCpuS * 1000) / figures.commits,
        commitP50Ms: figures.commitP50Ms,
        commitP99Ms: figures.commitP99Ms,
        rowsPerCommit: figures.rows / figures.commits,
        tablesPerCommit: figures.tables / figures.commits,
      },
    })),
    notes: ['rates are samples a CPU-second of worker and database together'],
  };
}

export const bench = {
  name: 'tenants',
  about:
    'What a commit costs for one tenant and for two hundred with the same traffic, ten seconds of it a commit.',
  startsServers: true,
  run,
};
