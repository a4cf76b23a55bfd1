/** What the log embedded in PostgreSQL carries: appended, and read through the workers into the database on the same server. */
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { appendAll, openScaleCell } from './scaleCell.js';
import { type Fleet, frameMaker, keyOf, minuteMs } from './scaleFleet.js';
import { startScaleWorker } from './scaleWorker.js';

/** Small frames need more of them: a run is to be many commits long. */
const sizes = {
  smoke: { wells: 8, minutes: { 60: 10, 1: 10 } },
  full: { wells: 512, minutes: { 60: 120, 1: 600 } },
};
const topic = 'edge.telemetry.v1';

async function run(size: BenchSize): Promise<BenchResult> {
  const { wells } = sizes[size];
  const cases: BenchResult['cases'][number][] = [];
  for (const samples of [60, 1] as const) {
    const minutes = sizes[size].minutes[samples];
    const fleet: Fleet = { tenants: 1, wells, wellsPerSite: 4, tags: 10, samples };
    const cell = await openScaleCell({ fleet, partitions: 8, log: 'embedded', durable: size === 'full' });
    try {
      const make = frameMaker(fleet, cell.schemaId);
      const startMs = (Math.floor(Date.now() / minuteMs) - minutes - 60) * minuteMs;
      const records = Array.from({ length: minutes * wells }, (_, i) => {
        const [minute, well] = [Math.floor(i / wells), i % wells];
        return { topic, key: keyOf(fleet, well), value: make(well, minute, startMs + minute * minuteMs) };
      });
      const producer = await cell.log.producer();
      const appendStart = performance.now();
      const frames = await appendAll(producer, records);
      const appendS = (performance.now() - appendStart) / 1000;
      await producer.close();
      const worker = startScaleWorker(cell, { threads: 1 });
      const readStart = performance.now();
      await worker.untilRead(frames);
      const readS = (performance.now() - readStart) / 1000;
      await worker.stop();
      const shared = { unit: 'frames', ratioToFloor: null, hash: resultHash([frames]) };
      const samplesAFrame = fleet.tags * samples;
      cases.push(
        {
          ...shared,
          name: `append ${samplesAFrame} a frame`,
          rate: frames / appendS,
          figures: { samplesPerSecond: (frames * samplesAFrame) / appendS },
        },
        {
          ...shared,
          name: `through the workers ${samplesAFrame} a frame`,
          // From the start of the process, which takes about two seconds of it.
          rate: frames / readS,
          figures: { samplesPerSecond: (frames * samplesAFrame) / readS, seconds: readS },
        },
      );
    } finally {
      await cell.stop();
    }
  }
  return { inputs: { wells, partitions: 8 }, cases };
}

export const bench = {
  name: 'embeddedLog',
  about:
    'Frames a second that the log in PostgreSQL takes, and that one worker thread reads from it, fsync on.',
  startsServers: true,
  run,
};
