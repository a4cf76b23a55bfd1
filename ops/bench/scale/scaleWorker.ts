/** One process of the product's workers over a cell, watched from outside: how far it is, what it costs, killed or stopped. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BalancinError } from '#schemas/errors.js';
import { cpuSecondsOf, peakRssBytesOf } from '../engine/processTimes.js';
import type { Progress } from '../engine/workersProcess.js';
import type { ScaleCell } from './scaleCell.js';

export interface ScaleWorker {
  /** Frames of every outcome, committed. */
  frames(): number;
  commits(): number;
  cpuSeconds(): Promise<number>;
  peakRssBytes(): Promise<number>;
  /** Until so many frames are committed. Throws BUG where the process ends or stands still. */
  untilRead(frames: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const stallMs = 60_000;

export function startScaleWorker(
  cell: ScaleCell,
  settings: {
    readonly threads: number;
    readonly worker?: Readonly<Record<string, number>>;
    readonly window?: Readonly<Record<string, number>>;
  },
): ScaleWorker {
  const config = {
    databaseUrl: cell.databaseUrl,
    kafka: { brokers: cell.brokers, replicationFactor: 1 },
    cell: { partitions: cell.partitions },
    worker: { threads: settings.threads, groupId: 'scale', ...settings.worker },
    ...(settings.window === undefined ? {} : { window: settings.window }),
  };
  const program = fileURLToPath(new URL('../engine/workersProcess.js', import.meta.url));
  const child = fork(program, [JSON.stringify(config)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  let progress: Progress | null = null;
  child.on('message', (message) => {
    progress = message as Progress;
  });
  const frames = (): number =>
    (progress?.counts ?? []).reduce(
      (sum, { frames: of }) => sum + Object.values(of).reduce((a, b) => a + b, 0),
      0,
    );
  const pid = child.pid ?? 0;
  return {
    frames,
    commits: () => (progress?.counts ?? []).reduce((sum, { commits }) => sum + commits, 0),
    cpuSeconds: () => cpuSecondsOf(pid),
    peakRssBytes: () => peakRssBytesOf(pid),
    async untilRead(wanted) {
      let before = -1;
      let changedMs = performance.now();
      for (;;) {
        const now = frames();
        if (now >= wanted) return;
        if (now !== before) changedMs = performance.now();
        before = now;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new BalancinError('BUG', 'the worker process ended by itself');
        }
        if (performance.now() - changedMs > stallMs) {
          throw new BalancinError('BUG', `the workers stand still at ${now} of ${wanted} frames`);
        }
        await sleep(20);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (child.connected) child.send('stop');
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
