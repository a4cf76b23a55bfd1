/** What becomes of a task whose operator threw. */
import { BalancinError } from '#schemas/errors.js';
import type { LoopParts } from './loopParts.js';
import { type PoisonRecords, place } from './poisonRecords.js';
import { OperatorThrew } from './taskFaults.js';
import type { TaskOwnership } from './taskOwnership.js';
import type { TaskRunner } from './taskRunner.js';
import type { TaskSlot } from './taskSlot.js';

const isLimit = (cause: unknown): boolean => cause instanceof BalancinError && cause.code === 'LIMIT_REACHED';

/** Throws that no record can be blamed for, after which a task that reads alone is quarantined. */
const unattributedMax = 2;

interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** As fields of a line of the log. */
function placeOf(record: RecordPlace | null): RecordPlace | Record<string, never> {
  if (record === null) return {};
  const { topic, partition, offset } = record;
  return { topic, partition, offset };
}

export class OperatorFaults {
  readonly #parts: LoopParts;
  readonly #poison: PoisonRecords;
  readonly #ownership: TaskOwnership;

  constructor(parts: LoopParts, poison: PoisonRecords, ownership: TaskOwnership) {
    this.#parts = parts;
    this.#poison = poison;
    this.#ownership = ownership;
  }

  /**
   * An operator that throws costs the task its memory, not the thread its life. Restored, it goes on without the record that
   * is to blame. Where that is not clear, because the cycle's end threw or a limit was reached twice, records are read alone
   * until it is. Throws again what no operator threw.
   */
  caught(slot: TaskSlot, runner: TaskRunner, error: unknown): void {
    const { log } = this.#parts;
    const nowMs = this.#parts.now();
    const { task } = slot;
    if (!(error instanceof OperatorThrew)) throw error;
    if (isLimit(error.cause) && !runner.alone) {
      // What waits for its commit fills the limit, not this record, unless it comes again: then it is read with nothing beside.
      const again = slot.limitAgain(error.record);
      log.warn({ task, ...placeOf(error.record), err: error.cause, again }, error.message);
      slot.giveUp(0, nowMs, again ? { state: 'alone', reason: null } : undefined);
      return;
    }
    log.error({ task, ...placeOf(error.record), err: error.cause }, error.message);
    const alone = runner.alone && runner.recordsInCycle === 1 ? runner.lastRead : null;
    const record = error.record ?? alone;
    if (record !== null && this.#poison.find(record) === undefined) {
      const { topic, offset } = record;
      this.#poison.add({ task, topic, offset, reason: 'operator-threw', detail: error.message });
      log.error(
        { task, ...placeOf(record), reason: 'operator-threw' },
        `${place(topic, task, offset)} is dead-lettered`,
      );
      slot.giveUp(0, nowMs);
    } else if (!runner.alone) {
      slot.giveUp(0, nowMs, { state: 'alone', reason: null });
    } else if (++slot.unattributed < unattributedMax) {
      slot.giveUp(0, nowMs);
    } else {
      this.#ownership.stop(slot, 'quarantined', `${error.message}, and no record is to blame`, error.cause);
    }
  }
}
