/** Lets one task wait for what it cannot go on without, while the others are read. */
import type { Miss } from '#pipelines/source.js';
import type { LoopParts } from './loopParts.js';
import { mayPass } from './mayPass.js';
import { type TaskOwnership, wordsOf } from './taskOwnership.js';
import type { TaskRunner } from './taskRunner.js';
import type { TaskSlot } from './taskSlot.js';

/** Between two attempts of the database, the log or the registry. */
export const retryMs = 500;
const retryMsMax = 10_000;

export class TaskWaits {
  readonly #parts: LoopParts;
  readonly #ownership: TaskOwnership;
  readonly #stopping: AbortSignal;

  constructor(parts: LoopParts, ownership: TaskOwnership, stopping: AbortSignal) {
    this.#parts = parts;
    this.#ownership = ownership;
    this.#stopping = stopping;
  }

  /** For what the last record lacked. */
  fetch(slot: TaskSlot, runner: TaskRunner): void {
    const miss = runner.miss as Miss;
    const what =
      miss.kind === 'schema'
        ? `schema ${miss.schemaId} of the registry`
        : `the directory, for well ${miss.well} of ${miss.tenant}/${miss.site}`;
    this.wait(slot, runner, what, () => this.#parts.fetch(miss, this.#stopping));
  }

  /** The task waits alone until it is answered. */
  wait(slot: TaskSlot, runner: TaskRunner, what: string, ask: () => Promise<void>): void {
    const waiting = { what, sinceMs: this.#parts.now() };
    slot.waiting = waiting;
    const isCurrent = (): boolean => slot.waiting === waiting && !runner.closed;
    const persist = async (): Promise<void> => {
      for (let waitMs = retryMs; isCurrent(); waitMs = Math.min(2 * waitMs, retryMsMax)) {
        try {
          await ask();
          break;
        } catch (error) {
          if (!isCurrent() || this.#stopping.aborted) return;
          if (!mayPass(error)) {
            this.#ownership.stop(slot, 'stopped', `${what}: ${wordsOf(error)}`, error);
            return;
          }
          this.#parts.log.warn(
            { task: slot.task, err: error, waitMs },
            `task ${slot.task} waits for ${what}; again in ${waitMs} ms`,
          );
          await this.#parts.sleep(waitMs, this.#stopping);
        }
      }
      if (!isCurrent()) return;
      slot.waiting = null;
      runner.answered();
      this.#ownership.consumer?.wake();
    };
    void persist();
  }
}
