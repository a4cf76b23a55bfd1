/** Reads the records of a thread's tasks, holds those of a task that is not ready for them. */
import { BalancinError } from '#schemas/errors.js';
import type { LogBatch, LogConsumer } from '#pipelines/log/eventLog.js';
import { readAlone } from './aloneReading.js';
import type { CommitCycles } from './commitCycles.js';
import type { LoopParts } from './loopParts.js';
import type { OperatorFaults } from './operatorFaults.js';
import { fencedWaitMs } from './taskOwnership.js';
import type { Left, TaskRunner } from './taskRunner.js';
import type { TaskSlot } from './taskSlot.js';
import { retryMs, type TaskWaits } from './taskWaits.js';

/** A task that waits longer is paused: what is answered at once costs no fetch. */
const pauseAfterMs = 50;
/** At some hundred commits a second a stretch takes seconds; a cycle that kills its worker holds seldom more. */
const aloneRecordsDefault = 1_000;
/** Records read alone between two polls, so that the tasks beside it have their turn. */
const alonePerTurn = 20;

export interface ReadingLoop {
  readonly slots: ReadonlyMap<number, TaskSlot>;
  readonly cycles: CommitCycles;
  readonly waits: TaskWaits;
  readonly faults: OperatorFaults;
  /** The loop is told to stop. */
  readonly signal: AbortSignal;
}

export class RecordReading {
  readonly #parts: LoopParts;
  readonly #loop: ReadingLoop;

  constructor(parts: LoopParts, loop: ReadingLoop) {
    this.#parts = parts;
    this.#loop = loop;
  }

  /** Reads a batch, or holds it where the task is not ready for it. */
  async take(runner: TaskRunner, batch: LogBatch): Promise<void> {
    const slot = this.#loop.slots.get(runner.task);
    if (slot?.runner !== runner || runner.closed) return;
    if (slot.waiting !== null || runner.alone || !runner.held.isEmpty) {
      runner.held.push(batch, 0);
      return;
    }
    if (!runner.begun) {
      runner.held.push(batch, 0);
      this.#loop.waits.wait(slot, runner, 'the database, to note that this task is read', async () => {
        await this.#parts.trials.begin([runner.claim]);
        runner.begun = true;
      });
      return;
    }
    for (let at = 0; at < batch.records.length && !runner.closed; ) {
      if (!this.#parts.turns.tryEnter()) await this.#parts.turns.enter();
      const left = this.#accept(slot, runner, batch, at);
      if (left === null) return;
      at = left.at;
      if (left.left === 'miss') {
        runner.held.push(batch, at);
        this.#loop.waits.fetch(slot, runner);
        return;
      }
      if (left.left !== 'done') await this.#loop.cycles.end();
    }
  }

  /** Null where the runner had to be closed. */
  #accept(
    slot: TaskSlot,
    runner: TaskRunner,
    batch: LogBatch,
    from: number,
  ): { readonly at: number; readonly left: Left } | null {
    try {
      return runner.closed ? null : runner.accept(batch, from, () => this.#loop.cycles.isFull());
    } catch (error) {
      this.#loop.faults.caught(slot, runner, error);
      return null;
    } finally {
      this.#parts.turns.leave();
    }
  }

  /** What was held for a task that need not wait any longer. */
  async readHeld(slot: TaskSlot, consumer: LogConsumer): Promise<void> {
    const runner = slot.live;
    if (runner === null || slot.waiting !== null) return;
    if (runner.held.overflowed) {
      runner.held.clear();
      consumer.seek(slot.task, runner.nextOffsets);
    } else if (runner.alone) {
      await this.#readAlone(slot, runner);
    } else {
      for (const batch of runner.held.take()) await this.take(runner, batch);
    }
  }

  async #readAlone(slot: TaskSlot, runner: TaskRunner): Promise<void> {
    const { trials, turns, aloneRecords = aloneRecordsDefault } = this.#parts;
    try {
      await readAlone(runner, {
        trials,
        turns,
        signal: this.#loop.signal,
        recordsMax: Math.min(alonePerTurn, aloneRecords - runner.alonePassed),
        settled: () => this.#loop.cycles.settled(),
        read: (_, batch) => {
          const left = this.#accept(slot, runner, batch, 0);
          if (left?.left === 'miss') this.#loop.waits.fetch(slot, runner);
          return left !== null && left.left !== 'miss';
        },
        commit: async () => {
          await this.#loop.cycles.end([slot]);
          await this.#loop.cycles.settled();
        },
      });
      if (runner.closed || runner.alonePassed < aloneRecords) return;
      await trials.leave(runner.claim, { state: 'free', reason: null });
      runner.alone = false;
      runner.begun = false;
      this.#parts.log.info(
        { task: slot.task },
        `task ${slot.task} has read ${aloneRecords} records alone: trusted again`,
      );
    } catch (error) {
      if (!(error instanceof BalancinError)) throw error;
      if (error.code !== 'FENCED' && !error.retry) throw error;
      this.#parts.log.warn({ task: slot.task, err: error }, error.message);
      slot.giveUp(this.#parts.now() + (error.code === 'FENCED' ? fencedWaitMs : retryMs), this.#parts.now());
    }
  }

  /** Back-pressure of a task alone, where it need not or cannot be read. */
  pause(slot: TaskSlot, consumer: LogConsumer): void {
    const runner = slot.live;
    if (runner === null) return;
    const { waiting } = slot;
    const waitsLong = waiting !== null && this.#parts.now() - waiting.sinceMs >= pauseAfterMs;
    slot.setPaused(consumer, waitsLong || runner.held.overflowed || (runner.alone && !runner.held.isEmpty));
  }
}
