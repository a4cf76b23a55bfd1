/**
 * One worker thread over all its lives.
 *
 *   standby ──► starting ──► running ──exit──► waiting (backoff) ──► starting
 *      │           │            └──stop──► stopping ──exit──► stopped
 *      │           └── refused: what it needs must be changed first; starting again would end the same way
 *      └──stop──► stopped                                  (stop is legal in every state)
 *
 * 1. A thread that exits without having been told to is started again, later each time, for ever: unless it was refused.
 * 2. `stop()` resolves when the thread has gone; one that does not leave in time is ended.
 * 3. What it held of the turns of its process is cleared when it has gone.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ReadingTurns } from './readingTurns.js';
import type { TaskLine, ThreadCounts } from './taskStatus.js';
import { noCounts, sumCounts } from './threadCounts.js';
import type { FromThread, PoolThreadData, ThreadData, ThreadEnd, ToThread } from './threadMessages.js';
import type { WorkerLog } from './workerLog.js';

export type ThreadState = 'standby' | 'starting' | 'running' | 'waiting' | 'stopping' | 'stopped' | 'refused';

export interface ThreadStatus {
  readonly thread: number;
  readonly state: ThreadState;
  /** Why it does not run; null while it does. */
  readonly reason: string | null;
  readonly restarts: number;
  /** When it was last heard of, Unix ms: it reports twice a second for as long as its event loop turns. */
  readonly heardMs: number;
  readonly tasks: readonly TaskLine[];
  /** Over all lives of the thread. */
  readonly counts: ThreadCounts;
  /** Rows encoded and not yet committed, bytes. */
  readonly rowBytes: number;
  /** Records held for tasks that wait, bytes. */
  readonly heldBytes: number;
}

export interface SupervisedThreadOptions {
  readonly index: number;
  readonly tasks: readonly number[];
  readonly thread: PoolThreadData;
  readonly turns: SharedArrayBuffer;
  readonly restartBackoffMs: number;
  readonly restartBackoffMaxMs: number;
  readonly log: WorkerLog;
  /** Called when the thread is not started again. */
  readonly refused: (end: ThreadEnd) => void;
  /** Starts what runs in the thread; other than `threadEntry.js` in tests alone. */
  readonly entry?: URL;
}

/**
 * Three semi-spaces of 32 MB. In V8's own 16 MB the fetched records of a cycle are copied before they die: with frames of
 * one sample that was a fifth of the CPU.
 */
const youngGenerationMb = 96;
/** A thread that ran so long was well: its next death is a new story. */
const healthyAfterMs = 60_000;
/** A thread that does not leave in this time after being told to is ended; what it had not committed is read again. */
const stopTimeoutMs = 30_000;

export class SupervisedThread {
  readonly #options: SupervisedThreadOptions;
  #worker: Worker | null = null;
  #state: ThreadState = 'standby';
  #reason: string | null = null;
  #restarts = 0;
  #deathsInARow = 0;
  #tasks: readonly TaskLine[] = [];
  #countsOfPastLives = noCounts;
  #counts = noCounts;
  #rowBytes = 0;
  #heldBytes = 0;
  #heardMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #end: ThreadEnd | null = null;
  #gone: Promise<void> = Promise.resolve();
  #leave: () => void = () => undefined;

  constructor(options: SupervisedThreadOptions) {
    this.#options = options;
  }

  status(): ThreadStatus {
    return {
      thread: this.#options.index,
      state: this.#state,
      reason: this.#reason,
      restarts: this.#restarts,
      heardMs: this.#heardMs,
      tasks: this.#tasks,
      counts: sumCounts(this.#countsOfPastLives, this.#counts),
      rowBytes: this.#rowBytes,
      heldBytes: this.#heldBytes,
    };
  }

  /** From standby. */
  start(): void {
    if (this.#state === 'standby') this.#start();
  }

  /** Why it does not start yet. */
  standBy(reason: string): void {
    if (this.#state === 'standby') this.#reason = reason;
  }

  /** `to`: where it rests afterwards; from standby it may be started again. */
  async stop(to: 'stopped' | 'standby' = 'stopped'): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#worker === null) {
      if (this.#state !== 'refused' || to === 'stopped') this.#rest(to);
      return;
    }
    this.#state = 'stopping';
    this.#worker.postMessage({ kind: 'stop' } satisfies ToThread);
    const { index, log } = this.#options;
    const late = setTimeout(() => {
      log.error({ thread: index }, `thread ${index} did not leave in time and is ended`);
      void this.#worker?.terminate();
    }, stopTimeoutMs);
    await this.#gone;
    clearTimeout(late);
    this.#rest(to);
  }

  #rest(to: 'stopped' | 'standby'): void {
    this.#state = to;
    this.#tasks = [];
    this.#rowBytes = 0;
    this.#heldBytes = 0;
  }

  #start(): void {
    const { index, thread, tasks, turns, log, entry } = this.#options;
    const owner = `${hostname()}/${process.pid}/${index}/${randomUUID().slice(0, 8)}`;
    const startedMs = Date.now();
    const worker = new Worker(entry ?? new URL('./threadEntry.js', import.meta.url), {
      workerData: { ...thread, tasks, owner, thread: index, turns } satisfies ThreadData,
      name: `balancin-worker-${index}`,
      resourceLimits: {
        maxYoungGenerationSizeMb: youngGenerationMb,
        ...(thread.heapMbMax === undefined ? {} : { maxOldGenerationSizeMb: thread.heapMbMax }),
      },
    });
    this.#worker = worker;
    this.#state = 'starting';
    this.#reason = null;
    this.#end = null;
    this.#gone = new Promise((resolve) => {
      this.#leave = resolve;
    });
    worker.on('message', (message: FromThread) => this.#heard(message));
    worker.on('error', (err) => {
      this.#end = { code: 'BUG', message: err.message, isFinal: false };
      log.error({ thread: index, err }, `thread ${index} died: ${err.message}`);
    });
    worker.once('exit', (code) => this.#exited(code, Date.now() - startedMs));
  }

  #heard(message: FromThread): void {
    this.#heardMs = Date.now();
    switch (message.kind) {
      case 'log':
        this.#options.log[message.level]({ thread: this.#options.index, ...message.fields }, message.message);
        break;
      case 'running':
        if (this.#state === 'starting') this.#state = 'running';
        break;
      case 'status':
        this.#tasks = message.report.tasks;
        this.#counts = message.report.counts;
        this.#rowBytes = message.report.rowBytes;
        this.#heldBytes = message.report.heldBytes;
        break;
      case 'failed':
        this.#end = message.end;
        break;
    }
  }

  #exited(code: number, livedMs: number): void {
    const { index, turns, restartBackoffMs, restartBackoffMaxMs, log } = this.#options;
    new ReadingTurns(turns, index).clear();
    this.#worker = null;
    this.#tasks = [];
    this.#countsOfPastLives = sumCounts(this.#countsOfPastLives, this.#counts);
    this.#counts = noCounts;
    this.#leave();
    if (this.#state === 'stopping') return;
    this.#reason = this.#end === null ? `exit ${code}` : `${this.#end.code}: ${this.#end.message}`;
    if (this.#end?.isFinal === true) {
      this.#state = 'refused';
      log.error({ thread: index, code: this.#end.code }, `thread ${index} cannot run: ${this.#end.message}`);
      this.#options.refused(this.#end);
      return;
    }
    this.#deathsInARow = livedMs >= healthyAfterMs ? 1 : this.#deathsInARow + 1;
    this.#restarts++;
    const waitMs = Math.min(
      restartBackoffMaxMs,
      restartBackoffMs * 2 ** Math.min(this.#deathsInARow - 1, 20),
    );
    log.error(
      { thread: index, code, waitMs },
      `thread ${index} is gone (${this.#reason}); again in ${waitMs} ms`,
    );
    this.#state = 'waiting';
    this.#timer = setTimeout(() => this.#start(), waitMs);
  }
}
