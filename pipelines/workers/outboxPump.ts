/** Drains the outboxes of a thread's tasks beside the loop: what a commit had to say goes out soon, whatever comes between. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxRelay } from '#pipelines/commit/outboxRelay.js';
import type { WorkerLog } from './workerLog.js';

const retryMs = 500;
const retryMaxMs = 10_000;
/** How soon a task is tried again whose outbox another relay holds: mostly it has gone by then. */
const takenRetryMs = 1_000;
/** What a thread that leaves gives to what it has not said yet. A message left behind waits for the next start of a worker. */
const lastMs = 3_000;
const lastRetryMs = 200;

export class OutboxPump {
  readonly #relay: OutboxRelay;
  readonly #log: WorkerLog;
  /** Tasks with something to say; a number once, so never more than there are tasks. */
  readonly #tasks = new Set<number>();
  /** Tasks held by another's relay, each waiting for its next try. */
  readonly #taken = new Set<number>();
  readonly #closed = new AbortController();
  #running: Promise<void> | null = null;

  constructor(relay: OutboxRelay, log: WorkerLog) {
    this.#relay = relay;
    this.#log = log;
  }

  /** The task has, or may have, something in its outbox. */
  notify(task: number): void {
    this.#tasks.add(task);
    if (!this.#closed.signal.aborted) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    let waitMs = retryMs;
    for (;;) {
      const [task] = this.#tasks;
      if (task === undefined || this.#closed.signal.aborted) {
        // At once, not when the promise is heard of: who notifies in between would wake nobody.
        this.#running = null;
        return;
      }
      this.#tasks.delete(task);
      try {
        if ((await this.#relay.drain(task)) === 'taken') void this.#tryLater(task);
        waitMs = retryMs;
      } catch (err) {
        this.#tasks.add(task);
        if (this.#closed.signal.aborted) return;
        this.#log.warn(
          { err, task, waitMs },
          `the outbox of task ${task} could not be sent; again in ${waitMs} ms`,
        );
        await sleep(waitMs, undefined, { signal: this.#closed.signal }).catch(() => {});
        waitMs = Math.min(2 * waitMs, retryMaxMs);
      }
    }
  }

  /** Beside the other tasks, which need not wait for it. */
  async #tryLater(task: number): Promise<void> {
    if (this.#taken.has(task)) return;
    this.#taken.add(task);
    try {
      await sleep(takenRetryMs, undefined, { signal: this.#closed.signal });
    } catch {
      // Closing: its turn comes with the last ones.
      this.#tasks.add(task);
      return;
    } finally {
      this.#taken.delete(task);
    }
    this.notify(task);
  }

  /** Says what is left while `lastMs` go by; the rest goes out with the next owner of its task. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
    const left = new Set([...this.#tasks, ...this.#taken]);
    const late = new AbortController();
    const given = sleep(lastMs, undefined, { signal: late.signal }).catch(() => undefined);
    const over = given.then(() => late.abort());
    await Promise.race([this.#drainLast(left, late.signal), given]);
    late.abort();
    await over;
    await this.#relay.close();
  }

  async #drainLast(tasks: ReadonlySet<number>, late: AbortSignal): Promise<void> {
    for (const task of tasks) {
      try {
        while (!late.aborted && (await this.#relay.drain(task)) === 'taken') await sleep(lastRetryMs);
      } catch (err) {
        this.#log.warn({ err, task }, `the outbox of task ${task} is left to the task's next owner`);
      }
    }
  }
}
