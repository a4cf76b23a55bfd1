/**
 * Starts the worker threads, watches them, starts a dead one again.
 *
 *   starting ──► running ──exit──► waiting (backoff) ──► starting
 *                   └──stop──► stopping ──exit──► stopped
 *
 * 1. Every task of an embedded log is dealt to exactly one thread, and stays with it over a restart.
 * 2. A thread that exits without having been told to is started again, later each time, for ever.
 * 3. `stop()` resolves when every thread has committed what it read and has gone.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FromThread, TaskLine, ThreadCounts, ThreadData, ToThread } from './threadMessages.js';
import type { WorkerLog } from './workerLog.js';

export interface SupervisorOptions {
  readonly threads: number;
  /** Partitions of each topic in: the tasks there are. */
  readonly partitions: number;
  readonly thread: Omit<ThreadData, 'tasks' | 'owner'>;
  readonly restartBackoffMs: number;
  readonly restartBackoffMaxMs: number;
  readonly log: WorkerLog;
}

export interface ThreadStatus {
  readonly thread: number;
  readonly state: 'running' | 'waiting' | 'stopping' | 'stopped';
  readonly restarts: number;
  readonly tasks: readonly TaskLine[];
  /** Over all lives of the thread. */
  readonly counts: ThreadCounts;
}

export interface Supervisor {
  status(): ThreadStatus[];
  stop(): Promise<void>;
}

/** A thread that ran so long was well: its next death is a new story. */
const healthyAfterMs = 60_000;
/** A thread that does not leave in this time after being told to is ended; what it had not committed is read again. */
const stopTimeoutMs = 30_000;

const noCounts: ThreadCounts = {
  commits: 0,
  rows: 0,
  frames: { written: 0, late: 0, duplicate: 0, rejected: 0 },
  samples: { written: 0, late: 0, duplicate: 0, rejected: 0 },
  rejectedFrames: {},
  commitTimes: {},
};

function sumRecords<K extends string>(
  a: Readonly<Record<K, number>>,
  b: Readonly<Record<K, number>>,
): Record<K, number> {
  const sum: Record<string, number> = { ...a };
  for (const [key, value] of Object.entries<number>(b)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}

function sumCounts(a: ThreadCounts, b: ThreadCounts): ThreadCounts {
  return {
    commits: a.commits + b.commits,
    rows: a.rows + b.rows,
    frames: sumRecords(a.frames, b.frames),
    samples: sumRecords(a.samples, b.samples),
    rejectedFrames: sumRecords(a.rejectedFrames, b.rejectedFrames),
    commitTimes: sumRecords(a.commitTimes, b.commitTimes),
  };
}

class SupervisedThread {
  readonly #index: number;
  readonly #options: SupervisorOptions;
  #worker: Worker | null = null;
  #state: ThreadStatus['state'] = 'running';
  #restarts = 0;
  #deathsInARow = 0;
  #tasks: readonly TaskLine[] = [];
  #countsOfPastLives = noCounts;
  #counts = noCounts;
  #timer: NodeJS.Timeout | null = null;
  readonly #gone: Promise<void>;
  #leave: () => void = () => {};

  constructor(index: number, options: SupervisorOptions) {
    this.#index = index;
    this.#options = options;
    this.#gone = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.#start();
  }

  status(): ThreadStatus {
    return {
      thread: this.#index,
      state: this.#state,
      restarts: this.#restarts,
      tasks: this.#tasks,
      counts: sumCounts(this.#countsOfPastLives, this.#counts),
    };
  }

  async stop(): Promise<void> {
    if (this.#state === 'waiting') {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#state = 'stopped';
      this.#leave();
    } else if (this.#state === 'running') {
      this.#state = 'stopping';
      this.#worker?.postMessage({ kind: 'stop' } satisfies ToThread);
      const late = setTimeout(() => {
        this.#options.log.error(
          { thread: this.#index },
          `thread ${this.#index} did not leave in time and is ended`,
        );
        void this.#worker?.terminate();
      }, stopTimeoutMs);
      await this.#gone;
      clearTimeout(late);
    }
    await this.#gone;
  }

  #start(): void {
    const { threads, partitions, thread } = this.#options;
    const tasks = Array.from({ length: partitions }, (_, p) => p).filter((p) => p % threads === this.#index);
    const owner = `${hostname()}/${process.pid}/${this.#index}/${randomUUID().slice(0, 8)}`;
    const startedMs = Date.now();
    const worker = new Worker(new URL('./threadEntry.js', import.meta.url), {
      workerData: { ...thread, tasks, owner } satisfies ThreadData,
      name: `balancin-worker-${this.#index}`,
    });
    this.#worker = worker;
    this.#state = 'running';
    worker.on('message', (message: FromThread) => this.#heard(message));
    worker.on('error', (err) => {
      this.#options.log.error({ thread: this.#index, err }, `thread ${this.#index} died: ${err.message}`);
    });
    worker.once('exit', (code) => this.#exited(code, Date.now() - startedMs));
  }

  #heard(message: FromThread): void {
    switch (message.kind) {
      case 'log':
        this.#options.log[message.level]({ thread: this.#index, ...message.fields }, message.message);
        break;
      case 'status':
        this.#tasks = message.tasks;
        this.#counts = message.counts;
        break;
    }
  }

  #exited(code: number, livedMs: number): void {
    this.#worker = null;
    this.#tasks = [];
    this.#countsOfPastLives = sumCounts(this.#countsOfPastLives, this.#counts);
    this.#counts = noCounts;
    if (this.#state === 'stopping') {
      this.#state = 'stopped';
      this.#leave();
      return;
    }
    this.#deathsInARow = livedMs >= healthyAfterMs ? 1 : this.#deathsInARow + 1;
    this.#restarts++;
    const { restartBackoffMs, restartBackoffMaxMs, log } = this.#options;
    const waitMs = Math.min(
      restartBackoffMaxMs,
      restartBackoffMs * 2 ** Math.min(this.#deathsInARow - 1, 20),
    );
    log.error(
      { thread: this.#index, code, waitMs },
      `thread ${this.#index} is gone (exit ${code}); again in ${waitMs} ms`,
    );
    this.#state = 'waiting';
    this.#timer = setTimeout(() => this.#start(), waitMs);
  }
}

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const threads = Array.from({ length: options.threads }, (_, index) => new SupervisedThread(index, options));
  return {
    status: () => threads.map((thread) => thread.status()),
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}
