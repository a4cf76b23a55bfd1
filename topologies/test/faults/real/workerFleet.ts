/** Worker processes that are started, killed, stopped, woken and asked to leave. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasExited } from '#ops/servers/childServer.js';
import type { PoolThreadData } from '#pipelines/workers/threadMessages.js';
import { type LiveCell, partitions, type WorkerServers } from '../live/liveCell.js';

export interface WorkerProcess {
  readonly name: string;
  readonly pid: number;
  readonly gone: boolean;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGTERM; true where it went by itself in time. */
  leave(): Promise<boolean>;
  /** One JSON object a line. */
  said(): Promise<string>;
}

export interface WorkerFleet {
  /** Those that run or are stopped. */
  readonly living: readonly WorkerProcess[];
  readonly all: readonly WorkerProcess[];
  start(changes?: Partial<PoolThreadData>): Promise<WorkerProcess>;
  /** Kills what is left. */
  end(): Promise<void>;
}

/** Threads that do not leave are ended after 30 s: no worker may need that. */
const leaveMsMax = 20_000;

export interface FleetOptions {
  /** Of every process, beside what this one has. */
  readonly env?: Readonly<Record<string, string>>;
  /** How often each says how it stands; 0: never. */
  readonly statusEveryMs?: number;
}

export function openFleet(
  cell: LiveCell,
  servers: () => WorkerServers,
  folder: string,
  { env = {}, statusEveryMs = 0 }: FleetOptions = {},
): WorkerFleet {
  const all: WorkerProcess[] = [];
  const fixture = fileURLToPath(new URL('./realWorker.fixture.js', import.meta.url));
  const fleet: WorkerFleet = {
    all,
    get living() {
      return all.filter((worker) => !worker.gone);
    },
    async start(changes = {}) {
      const name = `worker-${all.length}`;
      const path = join(folder, `${name}.log`);
      const log = await open(path, 'a');
      const settings = JSON.stringify({
        thread: { ...cell.thread(servers()), ...changes },
        partitions,
        statusEveryMs,
      });
      const args = ['--enable-source-maps', fixture, settings];
      const child = spawn(process.execPath, args, {
        stdio: ['ignore', log.fd, log.fd],
        env: { ...process.env, ...env },
      });
      await log.close();
      const worker = workerOf(child, name, path);
      all.push(worker);
      return worker;
    },
    async end() {
      for (const worker of fleet.living) worker.signal('SIGKILL');
      while (fleet.living.length > 0) await sleep(20);
    },
  };
  return fleet;
}

function workerOf(child: ChildProcess, name: string, path: string): WorkerProcess {
  // A test process that dies takes its workers along.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').finally(() => process.off('exit', kill));
  return {
    name,
    pid: child.pid ?? 0,
    get gone() {
      return hasExited(child);
    },
    signal(signal) {
      child.kill(signal);
    },
    async leave() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const timer = new AbortController();
      const late = sleep(leaveMsMax, 'late', { signal: timer.signal }).catch(() => 'in time');
      const outcome = await Promise.race([exited, late]);
      timer.abort();
      if (outcome === 'late') child.kill('SIGKILL');
      return outcome !== 'late' && child.exitCode === 0;
    },
    said: () => readFile(path, 'utf8'),
  };
}
