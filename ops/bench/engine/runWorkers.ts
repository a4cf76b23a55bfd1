/** Runs the product's workers over a filled topic, from an empty database to the last record committed, and takes the figures. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BalancinError } from '#schemas/errors.js';
import { quantileMs } from '#pipelines/commit/commitTimes.js';
import { outcomes, type Outcome } from '#pipelines/tally.js';
import { stopChild } from '#ops/servers/childServer.js';
import type { EngineServers } from './engineServers.js';
import { partitions } from './fleet.js';
import { cpuSecondsOf, peakRssBytesOf } from './processTimes.js';
import type { Progress } from './workersProcess.js';

/** A well of the bench that falls silent closes its windows soon, so that all can be compared. */
const idleTimeoutMs = 2_000;
const stallMs = 60_000;
const leaveMs = 40_000;

export interface WorkersOptions {
  readonly databaseUrl: string;
  readonly topicPrefix: string;
  readonly processes: number;
  /** A process. */
  readonly threads: number;
  /** In the topic, duplicates included. */
  readonly frames: number;
  readonly samplesPerFrame: number;
  /** Left out of the figures. */
  readonly warmUpMs: number;
  /** Minutes are stored and nothing is made of them: no detector, rule, score or alert. */
  readonly unjudged: boolean;
  /** Of the worker processes, for profiling. */
  readonly execArgv?: readonly string[];
}

export interface WorkersRun {
  /** After the warm-up. */
  readonly samples: number;
  readonly seconds: number;
  readonly cpuSeconds: { readonly workers: number; readonly database: number; readonly broker: number };
  readonly frames: Readonly<Record<Outcome, number>>;
  readonly rejectedFrames: Readonly<Record<string, number>>;
  readonly commits: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  /** Of all processes, each at its own peak. */
  readonly peakRssBytes: number;
}

interface Mark {
  readonly atMs: number;
  readonly frames: number;
  readonly workers: number;
  readonly database: number;
  readonly broker: number;
}

/** `whenRead` is called while the workers, with nothing left to read, still run: they close idle windows meanwhile. */
export async function runWorkers(
  servers: EngineServers,
  options: WorkersOptions,
  whenRead: () => Promise<void>,
): Promise<WorkersRun> {
  const children = Array.from({ length: options.processes }, () => startProcess(servers.brokers, options));
  const progress = children.map((): Progress | null => null);
  const ended: string[] = [];
  for (const [i, child] of children.entries()) {
    child.on('message', (message) => {
      progress[i] = message as Progress;
    });
    child.once('exit', (code, signal) =>
      ended.push(`worker process ${i} ended by itself: ${code ?? signal}`),
    );
  }
  const framesRead = (): number =>
    progress.reduce((sum, each) => sum + (each === null ? 0 : sumOf(totals(each).frames)), 0);
  const mark = async (): Promise<Mark> => {
    const frames = framesRead();
    const workers = await Promise.all(children.map(({ pid }) => cpuSecondsOf(pid ?? 0)));
    return { atMs: performance.now(), frames, workers: sumOf(workers), ...(await servers.cpu()) };
  };
  try {
    const first = await mark();
    let firstFrameMs = 0;
    let start: Mark | null = null;
    let last: Mark | null = null;
    let changedMs = performance.now();
    for (let before = 0; (last?.frames ?? 0) < options.frames; ) {
      await sleep(20);
      const nowMs = performance.now();
      const frames = framesRead();
      if (ended[0] !== undefined) throw new BalancinError('BUG', ended[0]);
      if (nowMs - changedMs > stallMs) {
        throw new BalancinError('BUG', `the workers stand still at ${frames} of ${options.frames} frames`);
      }
      if (frames === before) continue;
      before = frames;
      changedMs = nowMs;
      last = await mark();
      firstFrameMs ||= nowMs;
      if (start === null && options.warmUpMs > 0 && nowMs - firstFrameMs >= options.warmUpMs) start = last;
    }
    if (last === null) throw new BalancinError('BUG', 'the workers read nothing');
    // Without a warm-up, starting counts too.
    start ??= first;
    const peaks = await Promise.all(children.map(({ pid }) => peakRssBytesOf(pid ?? 0)));
    await whenRead();
    const all = progress.flatMap((each) => (each === null ? [] : [totals(each)]));
    const commitTimes = all.reduce((sum: Record<string, number>, each) => addTo(sum, each.commitTimes), {});
    return {
      samples: (last.frames - start.frames) * options.samplesPerFrame,
      seconds: (last.atMs - start.atMs) / 1000,
      cpuSeconds: {
        workers: last.workers - start.workers,
        database: last.database - start.database,
        broker: last.broker - start.broker,
      },
      frames: Object.fromEntries(
        outcomes.map((o) => [o, sumOf(all.map(({ frames }) => frames[o] ?? 0))]),
      ) as Record<Outcome, number>,
      rejectedFrames: all.reduce((sum: Record<string, number>, each) => addTo(sum, each.rejectedFrames), {}),
      commits: sumOf(all.map(({ commits }) => commits)),
      commitP50Ms: quantileMs(commitTimes, 0.5),
      commitP99Ms: quantileMs(commitTimes, 0.99),
      peakRssBytes: sumOf(peaks),
    };
  } finally {
    for (const child of children) {
      child.removeAllListeners('exit');
      if (child.connected) child.send('stop');
    }
    await Promise.all(children.map(untilGone));
  }
}

function startProcess(brokers: readonly string[], options: WorkersOptions): ChildProcess {
  const settings = {
    databaseUrl: options.databaseUrl,
    kafka: { brokers, replicationFactor: 1 },
    cell: { partitions, topicPrefix: options.topicPrefix },
    worker: { threads: options.threads, groupId: `${options.topicPrefix}${databaseOf(options.databaseUrl)}` },
    window: { idleTimeoutMs },
  };
  const args = [JSON.stringify(settings), ...(options.unjudged ? ['unjudged'] : [])];
  return fork(fileURLToPath(new URL('./workersProcess.js', import.meta.url)), args, {
    execArgv: [...(options.execArgv ?? [])],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** A run has a database of its own, and so a group. */
const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

async function untilGone(child: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + leaveMs;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadlineMs) {
    await sleep(20);
  }
  await stopChild(child, []);
}

function totals({ counts }: Progress) {
  return {
    frames: counts.reduce((sum: Record<string, number>, each) => addTo(sum, each.frames), {}),
    rejectedFrames: counts.reduce((sum: Record<string, number>, each) => addTo(sum, each.rejectedFrames), {}),
    commitTimes: counts.reduce((sum: Record<string, number>, each) => addTo(sum, each.commitTimes), {}),
    commits: sumOf(counts.map(({ commits }) => commits)),
  };
}

function addTo(sum: Record<string, number>, more: Readonly<Record<string, number>>): Record<string, number> {
  for (const [key, value] of Object.entries(more)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}

function sumOf(numbers: readonly number[] | Readonly<Record<string, number>>): number {
  return Object.values(numbers).reduce((sum, each) => sum + each, 0);
}
