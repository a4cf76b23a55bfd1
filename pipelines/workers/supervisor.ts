/**
 * Starts the worker threads of a process, watches them, starts a dead one again.
 *
 * 1. Every task of an embedded log is dealt to exactly one thread, and stays with it over a restart.
 * 2. Of several processes on one embedded log one works; the others stand by until it is gone.
 * 3. `stop()` resolves when every thread has committed what it read and has gone.
 */
import { type PoolLease, takePoolLease } from './poolLease.js';
import { createTurnMemory } from './readingTurns.js';
import { SupervisedThread, type ThreadStatus } from './supervisedThread.js';
import type { PoolThreadData, ThreadEnd } from './threadMessages.js';
import type { WorkerLog } from './workerLog.js';

export type { ThreadStatus } from './supervisedThread.js';

export interface SupervisorOptions {
  readonly threads: number;
  /** Partitions of each topic in: the tasks there are. */
  readonly partitions: number;
  readonly thread: PoolThreadData;
  readonly restartBackoffMs: number;
  readonly restartBackoffMaxMs: number;
  readonly log: WorkerLog;
  /** Tests alone run something else in the threads. */
  readonly entry?: URL;
}

export interface Supervisor {
  status(): ThreadStatus[];
  /** Resolves when the first thread is refused: what it needs must be changed, and the others need the same. */
  readonly refused: Promise<ThreadEnd>;
  stop(): Promise<void>;
}

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { partitions, thread, restartBackoffMs, restartBackoffMaxMs, log, entry } = options;
  const turns = createTurnMemory(options.threads);
  let noteRefused: (end: ThreadEnd) => void = () => undefined;
  const refused = new Promise<ThreadEnd>((resolve) => {
    noteRefused = resolve;
  });
  const threads = Array.from(
    { length: options.threads },
    (_, index) =>
      new SupervisedThread({
        index,
        tasks: Array.from({ length: partitions }, (__, p) => p).filter((p) => p % options.threads === index),
        thread,
        turns,
        restartBackoffMs,
        restartBackoffMaxMs,
        log,
        refused: (end) => noteRefused(end),
        ...(entry === undefined ? {} : { entry }),
      }),
  );
  let stopping = false;
  let changing: Promise<unknown> = Promise.resolve();
  /** One after another: a lease lost and won again while the threads leave. */
  const change = (to: () => unknown): void => {
    changing = changing.then(() => (stopping ? undefined : to()));
  };
  const startAll = (): void => {
    for (const each of threads) each.start();
  };

  let lease: PoolLease | null = null;
  if (thread.log.kafka.brokers.length > 0) startAll();
  else
    lease = takePoolLease({
      databaseUrl: thread.databaseUrl,
      name: thread.groupId,
      log,
      held: () => change(startAll),
      taken: (by) =>
        change(async () => {
          const reason = `${by} works on this embedded log; this process stands by until it is gone`;
          await Promise.all(threads.map((each) => each.stop('standby')));
          for (const each of threads) each.standBy(reason);
        }),
    });

  return {
    status: () => threads.map((each) => each.status()),
    refused,
    async stop() {
      stopping = true;
      await Promise.all(threads.map((each) => each.stop()));
      await changing;
      await lease?.close();
    },
  };
}
