/** Measures one part: fills a topic, learns the truth, runs the workers, the reference and the floor over it, compares. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { BenchSize } from '../bench.js';
import { createOtherTopics, type EngineServers, startEngineServers } from './engineServers.js';
import type { EnginePart, EngineRun } from './engineParts.js';
import { framesOf, samplesPerFrame } from './fleet.js';
import type { FloorRun } from './floorProcess.js';
import { generateFrames } from './generateFrames.js';
import type { Reference, ReferenceRun } from './reference.js';
import { runWorkers, type WorkersRun } from './runWorkers.js';
import { readStored } from './storedWindows.js';
import { readTruth, type Truth } from './truth.js';

const topicPrefix = 'bench.';
const telemetry = 'edge.telemetry.v1';
const idleMs = 60_000;

export interface MeasuredWorkers extends WorkersRun {
  readonly processes: number;
  readonly threads: number;
  readonly unjudged: boolean;
  readonly rowsStored: number;
  readonly stateBytes: number;
}

export interface MeasuredReference extends ReferenceRun {
  readonly kind: 'tuned' | 'dsl';
  readonly threads: number;
  readonly brokerCpuSeconds: number;
}

export interface MeasuredPart {
  readonly part: EnginePart;
  readonly versions: Readonly<Record<string, string>>;
  readonly truth: Truth;
  readonly workers: readonly MeasuredWorkers[];
  readonly reference: readonly MeasuredReference[];
  /** With kafkajs's own reading of fetched bytes. */
  readonly floor: FloorRun | null;
  /** With ours. */
  readonly fastFloor: FloorRun | null;
}

export interface MeasureOptions {
  readonly size: BenchSize;
  readonly reference: Reference | null;
  readonly profileDir: string | null;
  readonly progress: (line: string) => void;
}

/** Throws DATA_INVALID where what was stored is not what was sent. */
export async function measureEngine(part: EnginePart, options: MeasureOptions): Promise<MeasuredPart> {
  const { progress, reference } = options;
  const { shape } = part;
  const durable = options.size === 'full';
  const servers = await startEngineServers(shape, topicPrefix, { durable });
  try {
    const topic = topicPrefix + telemetry;
    const { brokers } = servers;
    progress(`${part.name}: ${framesOf(shape)} frames of ${samplesPerFrame(shape)} samples are made`);
    if (reference === null || shape.known) await generateFrames(brokers, topic, shape);
    else await reference.generate(brokers, topic, shape);
    await createOtherTopics(brokers, topicPrefix, telemetry);
    progress(`${part.name}: what must be stored is worked out`);
    const truth = await readTruth(brokers, topic, shape);
    const workers: MeasuredWorkers[] = [];
    for (const run of part.runs) {
      const measured = await measureWorkers(servers, part, truth, run, options.profileDir);
      progress(`${part.name}: ${sayRun(measured)}`);
      workers.push(measured);
    }
    const floors: FloorRun[] = [];
    for (const fetch of part.floor ? (['kafkajs', 'ours'] as const) : []) {
      const floor = await runFloor(brokers, topic, part.warmUpMs, fetch);
      progress(`${part.name}: floor, fetched by ${fetch}, ${rate(floor)} M/s`);
      if (floor.samplesInAll !== truth.frames * samplesPerFrame(shape)) {
        throw new BalancinError(
          'DATA_INVALID',
          `the floor read ${floor.samplesInAll} samples, others were sent`,
        );
      }
      floors.push(floor);
    }
    const [floor = null, fastFloor = null] = floors;
    const referenceRuns: MeasuredReference[] = [];
    if (reference !== null) {
      const tuned = [1, 2].map((threads) => ({ kind: 'tuned' as const, threads, frames: part.tunedFrames }));
      const dsl = { kind: 'dsl' as const, threads: 2, frames: part.dslFrames };
      for (const run of [...tuned, dsl].filter(({ frames }) => frames > 0)) {
        const before = await servers.cpu();
        const frames = Math.min(run.frames, truth.frames);
        const measured = await reference.run({ brokers, topic, shape, ...run, frames });
        const brokerCpuSeconds = (await servers.cpu()).broker - before.broker;
        progress(`${part.name}: ${run.kind} on ${run.threads} threads ${rate(measured)} M/s`);
        referenceRuns.push({ ...measured, kind: run.kind, threads: run.threads, brokerCpuSeconds });
      }
    }
    const versions = await servers.versions();
    return { part, versions, truth, workers, reference: referenceRuns, floor, fastFloor };
  } finally {
    await servers.stop();
  }
}

async function measureWorkers(
  servers: EngineServers,
  part: EnginePart,
  truth: Truth,
  run: EngineRun,
  profileDir: string | null,
): Promise<MeasuredWorkers> {
  const { shape } = part;
  const unjudged = run.unjudged === true;
  const database = `run_${run.processes}_${run.threads}${unjudged ? '_unjudged' : ''}`;
  const databaseUrl = await servers.createDatabase(database);
  const expected = truth.windows.totals().samples;
  const execArgv = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const figures = await runWorkers(
    servers,
    {
      databaseUrl,
      topicPrefix,
      ...run,
      unjudged,
      frames: truth.frames,
      samplesPerFrame: samplesPerFrame(shape),
      warmUpMs: part.warmUpMs,
      execArgv,
    },
    () => untilStored(databaseUrl, expected, shape.dirty),
  );
  const [state] = await ask(databaseUrl, 'SELECT sum(octet_length(bytes)) AS n FROM balancin.operator_state');
  const stored = await readStored(databaseUrl, shape);
  const { written, late, duplicate, rejected } = figures.frames;
  const admitted = written + late;
  if (admitted !== framesOf(shape) || duplicate !== truth.framesTwice || rejected !== 0) {
    const said = JSON.stringify({ ...figures.frames, ...figures.rejectedFrames });
    throw new BalancinError(
      'DATA_INVALID',
      `${framesOf(shape)} frames were produced; the workers say ${said}`,
    );
  }
  const differences = truth.windows.differences(stored.windows);
  if (differences.length > 0) {
    throw new BalancinError('DATA_INVALID', `stored and sent windows differ: ${differences.join('; ')}`);
  }
  await servers.dropDatabase(database);
  return { ...figures, ...run, unjudged, rowsStored: stored.rows, stateBytes: Number(state?.['n'] ?? 0) };
}

/** Until the last windows, which only silence closes, are stored. */
async function untilStored(databaseUrl: string, samples: number, dirty: boolean): Promise<void> {
  const tenants = dirty ? Array.from({ length: 8 }, (_, i) => `t_t${i}`) : ['t_acme'];
  const parts = tenants.map((schema) => `SELECT sum(samples) AS n FROM ${schema}.reading_1m`);
  const statement = `SELECT sum(n) AS n FROM (${parts.join(' UNION ALL ')}) AS tenants`;
  const deadlineMs = performance.now() + idleMs;
  for (;;) {
    const [row] = await ask(databaseUrl, statement);
    const stored = Number(row?.['n'] ?? 0);
    if (stored === samples) return;
    if (stored > samples || performance.now() > deadlineMs) {
      throw new BalancinError('DATA_INVALID', `${samples} samples were sent once, ${stored} are stored`);
    }
    await sleep(1_000);
  }
}

async function ask(databaseUrl: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function runFloor(
  brokers: readonly string[],
  topic: string,
  warmUpMs: number,
  fetch: 'kafkajs' | 'ours',
): Promise<FloorRun> {
  const program = fileURLToPath(new URL('./floorProcess.js', import.meta.url));
  const child = fork(program, [brokers.join(','), topic, String(warmUpMs), fetch], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new BalancinError('BUG', `the floor ended by itself: ${String(code)}`);
  });
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [FloorRun];
  await ended.catch(() => {});
  return result;
}

const rate = ({ samples, seconds }: { samples: number; seconds: number }): string =>
  (samples / seconds / 1e6).toFixed(2);

function sayRun(run: MeasuredWorkers): string {
  const what = run.unjudged ? ', nothing judged,' : '';
  return `workers ${run.processes} × ${run.threads} threads${what} ${rate(run)} M/s for ${run.seconds.toFixed(1)} s, all right`;
}
