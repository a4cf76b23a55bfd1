/** The loop of one worker thread: poll, run through the graphs, end the cycle, commit while the next one fills. */
import { BalancinError } from '#schemas/errors.js';
import type { CommitOutcome } from '#pipelines/commit/taskCommit.js';
import type { LogBatch, LogConsumer } from '#pipelines/log/eventLog.js';
import { CommitCycles } from './commitCycles.js';
import { HeldBudget } from './heldRecords.js';
import type { LoopParts } from './loopParts.js';
import { mayPass } from './mayPass.js';
import { OperatorFaults } from './operatorFaults.js';
import { PoisonRecords } from './poisonRecords.js';
import { RecordReading } from './recordReading.js';
import { TaskOwnership } from './taskOwnership.js';
import type { TaskRunner } from './taskRunner.js';
import type { TaskSlot } from './taskSlot.js';
import type { TaskLine } from './taskStatus.js';
import { retryMs, TaskWaits } from './taskWaits.js';

export type { CycleLimits, LoopParts } from './loopParts.js';

/** Records taken from the log in one go: small enough that a cycle's limits are met closely. */
const pollRecordsMax = 4_000;
const pollBytesMax = 8 * 1024 * 1024;
/** Held for tasks that wait, over all of a thread: beyond it they are read again. */
const heldBytesMax = 2 * pollBytesMax;

const isInfrastructure = (error: unknown): boolean =>
  error instanceof BalancinError && error.domain === 'external';

export class WorkerLoop {
  readonly #parts: LoopParts;
  readonly #slots = new Map<number, TaskSlot>();
  readonly #held = new HeldBudget(heldBytesMax);
  readonly #stopping = new AbortController();
  readonly #ownership: TaskOwnership;
  readonly #cycles: CommitCycles;
  readonly #reading: RecordReading;
  /** The loop ends by an error of its own: its tasks are not left, so that it counts as a death. */
  #dying = false;
  #logAway = false;

  constructor(parts: LoopParts) {
    const { signal } = this.#stopping;
    const poison = new PoisonRecords();
    this.#parts = parts;
    this.#ownership = new TaskOwnership(parts, {
      slots: this.#slots,
      poison,
      held: this.#held,
      signal,
      settled: () => this.#cycles.settled(),
      inFlight: () => this.#cycles.inFlight,
      isDying: () => this.#dying,
    });
    const slots = this.#slots;
    const ownership = this.#ownership;
    const faults = new OperatorFaults(parts, poison, ownership);
    this.#cycles = new CommitCycles(parts, { slots, poison, ownership, faults });
    const waits = new TaskWaits(parts, ownership, signal);
    this.#reading = new RecordReading(parts, { slots, cycles: this.#cycles, waits, faults, signal });
  }

  /** Commits of tasks by what became of them. */
  get outcomes(): Readonly<Record<CommitOutcome, number>> {
    return this.#cycles.outcomes;
  }

  status(): TaskLine[] {
    const nowMs = this.#parts.now();
    const { committer, topology } = this.#parts;
    return [...this.#slots.values()].map((slot) =>
      slot.line(nowMs, committer.stateBytes(topology.id, slot.task)),
    );
  }

  /** Records held for tasks that wait, bytes. */
  get heldBytes(): number {
    return this.#held.bytes;
  }

  /** The loop ends after the cycle it is in, with everything read committed. */
  stop(): void {
    this.#stopping.abort();
    this.#ownership.consumer?.wake();
  }

  /**
   * `isReady` is called once the log is read. Throws what the log or the database throws that does not pass, and what is a
   * fault of our own.
   */
  async run(isReady: () => void = () => undefined): Promise<void> {
    const { signal } = this.#stopping;
    const consumer = await this.#parts.consume({
      assigned: (task) => this.#ownership.assigned(task),
      arrivedUntilMs: (task) => this.#ownership.arrivedUntilMs(task),
      unreadable: (task, records) => this.#ownership.unreadable(task, records),
      revoked: (task) => this.#ownership.revoked(task),
      failed: (task, error) => this.#ownership.failed(task, error),
    });
    this.#ownership.consumer = consumer;
    isReady();
    try {
      let cycleStartMs = this.#parts.now();
      while (!signal.aborted) {
        await this.#ownership.reopen(consumer);
        for (const slot of this.#slots.values()) this.#reading.pause(slot, consumer);
        const { batches, ends } = await this.#poll(
          consumer,
          Math.max(0, cycleStartMs + this.#parts.limits.cycleAgeMs - this.#parts.now()),
        );
        for (const [runner, batch] of batches) await this.#reading.take(runner, batch);
        for (const slot of this.#slots.values()) await this.#reading.readHeld(slot, consumer);
        for (const { slot, runner, endMs } of ends)
          if (!runner.closed)
            runner.noteCaughtUp(slot.waiting === null && runner.held.isEmpty ? endMs : null);
        this.#cycles.throwFailure();
        if (this.#parts.now() - cycleStartMs < this.#parts.limits.cycleAgeMs && !this.#cycles.isFull())
          continue;
        cycleStartMs = this.#parts.now();
        await this.#cycles.end();
      }
      await this.#cycles.end();
      await this.#cycles.settled();
    } catch (error) {
      this.#dying = !isInfrastructure(error);
      throw error;
    } finally {
      this.#stopping.abort();
      await consumer.close();
      for (const { runner } of this.#slots.values()) runner?.close();
      this.#slots.clear();
    }
  }

  /**
   * Each batch with who holds its task now: one lost and won again while another batch waits has an older position than its
   * batch here. And for each task how far its log had been handed out when the poll returned.
   */
  async #poll(consumer: LogConsumer, timeoutMs: number) {
    let polled: LogBatch[] = [];
    try {
      polled = await consumer.poll({ recordsMax: pollRecordsMax, bytesMax: pollBytesMax, timeoutMs });
      this.#logAway = false;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (!this.#logAway) this.#parts.log.warn({ err: error }, `the log is away: ${error.message}`);
      this.#logAway = true;
      await this.#parts.sleep(retryMs, this.#stopping.signal);
    }
    const batches = polled.flatMap((batch): [TaskRunner, LogBatch][] => {
      const runner = this.#slots.get(batch.partition)?.live ?? null;
      return runner === null ? [] : [[runner, batch]];
    });
    const ends = [...this.#slots.values()].flatMap((slot) => {
      const runner = slot.live;
      return runner === null ? [] : [{ slot, runner, endMs: consumer.caughtUpMs(slot.task) }];
    });
    return { batches, ends };
  }
}
