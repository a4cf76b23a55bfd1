/** Whether a well costs the same among a thousand and among a million: time and memory a key, without log or database. */
import { BalancinError } from '#schemas/errors.js';
import { readSchema } from '#schemas/avro/readSchema.js';
import { packChanges, StatePacker } from '#pipelines/commit/statePack.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import { createMessageEncoder } from '#pipelines/messages/messageEncoder.js';
import { Tally } from '#pipelines/tally.js';
import { createMemoryDirectory } from '#topologies/driver/memoryDirectory.js';
import topology from '#topologies/wells.js';
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { type Fleet, frameMaker, keyOf, minuteMs, siteOf } from './scaleFleet.js';

const sizes = { smoke: [50, 500], full: [1_000, 10_000, 100_000, 1_000_000] };
const schemaId = 1;
const tags = 1;
const firstMs = 1_760_000_040_000;
/** Frames that are measured, whatever the keys: a few rounds of many, many of a few. */
const framesMin = { smoke: 500, full: 300_000 };
const warmRounds = 2;

async function run(size: BenchSize): Promise<BenchResult> {
  const cases = [];
  for (const wells of sizes[size]) cases.push(await measureKeys(wells, framesMin[size]));
  return { inputs: { tags, samplesPerFrame: 10 }, cases };
}

async function measureKeys(wells: number, framesAtLeast: number): Promise<BenchResult['cases'][number]> {
  const fleet: Fleet = { tenants: 1, wells, wellsPerSite: 4, tags, samples: 10 };
  const directory = createMemoryDirectory([], { machineLearning: false });
  for (let well = 0; well < wells; well++) {
    directory.add({ tenant: 'x0', site: siteOf(fleet, well), well: `w${well}` });
  }
  await directory.resolve({ tenant: 'x0', site: 's0', well: 'w0', tags: ['esp.tag0'] });
  const schema = readSchema('edge.telemetry.v1');
  const registry = { register: async () => 1, fetch: async () => null, close: async () => {} };
  const thread = {
    directory,
    messages: await createMessageEncoder(registry, ''),
    options: { window: { allowedLatenessMs: minuteMs, idleTimeoutMs: 10 * minuteMs } },
    schemas: { schemaText: () => schema },
  };
  const before = memoryBytes();
  const open = await topology.open(thread);
  const tally = new Tally();
  let windows = 0;
  const graph = open.openTask({
    ...thread,
    task: 0,
    tally,
    output: {
      windows: (batch: WindowBatch) => {
        windows += batch.length;
      },
      row: () => {},
      message: () => {},
    },
  });
  const packer = new StatePacker();
  const make = frameMaker(fleet, schemaId);
  let rejected = 'none said why';
  const rounds = warmRounds + Math.max(2, Math.ceil(framesAtLeast / wells));
  let [cpuUs, stateBytes, frames, offset] = [0, 0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const t0 = firstMs + round * minuteMs;
    for (let from = 0; from < wells; from += 10_000) {
      const records: LogRecord[] = [];
      for (let well = from; well < Math.min(wells, from + 10_000); well++) {
        records.push({
          topic: 'edge.telemetry.v1',
          partition: 0,
          offset: offset++,
          timestampMs: t0 + minuteMs,
          key: Buffer.from(keyOf(fleet, well)),
          value: make(well, round, t0),
          headers: null,
        });
      }
      const start = process.cpuUsage();
      for (const record of records) {
        const outcome = graph.read(record, true);
        if (outcome.kind !== 'accepted') rejected = JSON.stringify(outcome).slice(0, 200);
      }
      graph.endCycle({ nowMs: t0 + minuteMs });
      let bytes = 0;
      for (const [name, state] of graph.states)
        bytes += packChanges({ name, state }, packer)?.bytes.length ?? 0;
      if (round < warmRounds) continue;
      const { user, system } = process.cpuUsage(start);
      cpuUs += user + system;
      stateBytes += bytes;
      frames += records.length;
    }
  }
  const bytesPerKey = (memoryBytes() - before) / wells;
  const accepted = tally.frames.written + tally.frames.late;
  if (accepted !== offset) {
    throw new BalancinError('BUG', `${offset} frames were read, ${accepted} were taken: ${rejected}`);
  }
  graph.dispose();
  open.dispose();
  return {
    name: `${wells} keys`,
    unit: 'frames',
    rate: frames / (Math.max(1, cpuUs) / 1e6),
    ratioToFloor: null,
    hash: resultHash([accepted, windows]),
    figures: { microsecondsPerFrame: cpuUs / frames, bytesPerKey, stateBytesPerFrame: stateBytes / frames },
  };
}

/** Without what is garbage where the program was started so that it can be collected. */
function memoryBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

export const bench = {
  name: 'keys',
  about:
    'Time a frame and memory a well among a thousand wells and among a million, without log or database.',
  run,
};
