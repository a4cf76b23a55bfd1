/**
 * The life of a consumer's tasks: who is told what, in which order.
 *
 *   take ──► claiming ──► reading ◄──┐ restart
 *               │  ▲ retry   │  └────┘
 *               ▼            ▼
 *            failed ◄────────┤
 *               └──► drop ◄──┘        (drop is legal in every state)
 *
 * 1. Calls to `handlers` for one task never overlap: a take waits until the drop before it has ended.
 * 2. `start` runs only after `assigned` resolved, and never after `drop` was called.
 * 3. `revoked` is called once for each `assigned` that was called.
 * 4. An error that may pass is tried again for as long as the task is ours; any other stops this task alone.
 * 5. A start ends with the next one that is asked for: it is neither tried again nor begins to deliver, and its error is no
 *    one's. Its offsets are of a claim that was given up.
 */
import { BalancinError } from '#schemas/errors.js';
import type { ConsumerHandlers } from './eventLog.js';
import type { LogWriter } from './logWriter.js';

const retryMs = 200;
const retryMsMax = 5_000;

interface Tenure {
  wanted: boolean;
  /** `assigned` was called, so `revoked` is owed. */
  told: boolean;
  /** Raised by every start that is asked for, the claim's being the first: an older one that is still under way gives up. */
  starts: number;
  /** Everything asked for so far has ended. */
  settled: Promise<void>;
  wake: (() => void) | null;
}

/** What the owner says together: an arrival of another claim than the offsets would make the log look like another one. */
export interface ReadFrom {
  readonly offsets: ReadonlyMap<string, number>;
  /** No record before the offsets arrived later, by the log's clock, ms; 0: not known. */
  readonly arrivedMs: number;
}

/** Begins to deliver from there; throws OFFSET_OUT_OF_RANGE where the log cannot serve it. */
export type StartReading = (task: number, from: ReadFrom, stillWanted: () => boolean) => Promise<void>;

export class TaskTenures {
  readonly #handlers: ConsumerHandlers;
  readonly #start: StartReading;
  readonly #log: LogWriter;
  readonly #tenures = new Map<number, Tenure>();
  /** Ends of the tenures before, a task: the next one waits for it. */
  readonly #ends = new Map<number, Promise<void>>();

  constructor(handlers: ConsumerHandlers, start: StartReading, log: LogWriter) {
    this.#handlers = handlers;
    this.#start = start;
    this.#log = log;
  }

  get tasks(): number[] {
    return [...this.#tenures.keys()];
  }

  /** The task is ours from now on. */
  take(task: number): void {
    if (this.#tenures.has(task)) return;
    const tenure: Tenure = {
      wanted: true,
      told: false,
      starts: 1,
      settled: Promise.resolve(),
      wake: null,
    };
    this.#tenures.set(task, tenure);
    const before = this.#ends.get(task) ?? Promise.resolve();
    tenure.settled = before.then(() => this.#claim(task, tenure));
  }

  /** The task is no longer ours. Resolves when its handlers have ended. */
  drop(task: number): Promise<void> {
    const tenure = this.#tenures.get(task);
    if (tenure === undefined) return this.#ends.get(task) ?? Promise.resolve();
    this.#tenures.delete(task);
    tenure.wanted = false;
    tenure.wake?.();
    const end = tenure.settled.then(() => this.#revoke(task, tenure));
    this.#ends.set(task, end);
    return end.then(() => {
      if (this.#ends.get(task) === end) this.#ends.delete(task);
    });
  }

  /** Reads a task of ours from other offsets. */
  restart(task: number, offsets: ReadonlyMap<string, number>): void {
    const tenure = this.#tenures.get(task);
    if (tenure === undefined) return;
    const from = this.#from(task, offsets);
    tenure.starts += 1;
    const mine = tenure.starts;
    tenure.wake?.();
    tenure.settled = tenure.settled.then(() => this.#begin(task, tenure, mine, from));
  }

  async dropAll(): Promise<void> {
    await Promise.all(this.tasks.map((task) => this.drop(task)));
    await Promise.all(this.#ends.values());
  }

  async #claim(task: number, tenure: Tenure): Promise<void> {
    const attempt = async (): Promise<ReadFrom> => {
      tenure.told = true;
      return this.#from(task, await this.#handlers.assigned(task));
    };
    const from = await this.#persist(task, tenure, { attempt, isWanted: () => tenure.wanted });
    if (from !== null) await this.#begin(task, tenure, 1, from);
  }

  /** Asked for as soon as the offsets are known: a start that is tried again later goes by the same. */
  #from(task: number, offsets: ReadonlyMap<string, number>): ReadFrom {
    return { offsets, arrivedMs: this.#handlers.arrivedUntilMs?.(task) ?? 0 };
  }

  async #begin(task: number, tenure: Tenure, mine: number, from: ReadFrom): Promise<void> {
    const isWanted = (): boolean => tenure.wanted && tenure.starts === mine;
    await this.#persist(task, tenure, { attempt: () => this.#start(task, from, isWanted), isWanted });
  }

  /** The result, or null where it is not wanted any more or failed for good. */
  async #persist<T>(
    task: number,
    tenure: Tenure,
    { attempt, isWanted }: { readonly attempt: () => Promise<T>; readonly isWanted: () => boolean },
  ): Promise<T | null> {
    for (let waitMs = retryMs; isWanted(); waitMs = Math.min(waitMs * 2, retryMsMax)) {
      try {
        const result = await attempt();
        return isWanted() ? result : null;
      } catch (error) {
        if (!isWanted()) return null;
        const reason = error instanceof Error ? error : new Error(String(error));
        // FENCED: a late claim of another's came between ours and its restore; ours, made again, is then the last.
        if (!(reason instanceof BalancinError && (reason.retry || reason.code === 'FENCED'))) {
          this.#handlers.failed(task, reason);
          return null;
        }
        this.#log('warn', `task ${task} is not ready, trying again`, {
          task,
          waitMs,
          reason: reason.message,
        });
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          tenure.wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        tenure.wake = null;
      }
    }
    return null;
  }

  async #revoke(task: number, tenure: Tenure): Promise<void> {
    if (!tenure.told) return;
    try {
      await this.#handlers.revoked(task);
    } catch (error) {
      // Nothing is lost: the fence stops whatever that task still tries to write.
      this.#log('error', `task ${task} was not released cleanly`, { task, reason: String(error) });
    }
  }
}
