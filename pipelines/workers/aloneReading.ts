/**
 * Reads the records of a task one a cycle, after workers died at its place in the log: if one dies again, it is clear of
 * which record. The order is what that rests on:
 *
 *   1. what is under way is answered: no other commit is in flight
 *   2. the record is written down in the database
 *   3. no other thread of the process reads
 *   4. the record is read, the cycle ended and committed, alone
 */
import { BalancinError } from '#schemas/errors.js';
import type { LogBatch, LogRecord } from '#pipelines/log/eventLog.js';
import type { TaskRunner } from './taskRunner.js';
import type { TaskTrials } from './taskTrials.js';
import type { ReadingTurns } from './readingTurns.js';

export interface AloneParts {
  readonly trials: TaskTrials;
  readonly turns: ReadingTurns;
  readonly signal: AbortSignal;
  /** At most so many now. */
  readonly recordsMax: number;
  settled(): Promise<void>;
  /** Reads the one record; false where it must wait or the runner was closed. Never throws. */
  read(runner: TaskRunner, batch: LogBatch): boolean;
  /** Ends and commits the cycle of this task alone, and waits for the answer. */
  commit(runner: TaskRunner): Promise<void>;
}

/** What is left goes back to where it was held. Throws what the trials throw: DATABASE_UNAVAILABLE, FENCED. */
export async function readAlone(runner: TaskRunner, parts: AloneParts): Promise<void> {
  const batches = runner.held.take();
  let passed = 0;
  try {
    while (passed < parts.recordsMax && !runner.closed && !parts.signal.aborted) {
      const [batch] = batches;
      if (batch === undefined) return;
      const next = runner.nextOffsets.get(batch.topic) ?? 0;
      const at = batch.records.findIndex((record) => record.offset >= next);
      if (at < 0) {
        batches.shift();
        continue;
      }
      const record = batch.records[at] as LogRecord;
      if (!(await readOne(runner, parts, batch, record))) return;
      passed++;
      runner.alonePassed++;
    }
  } finally {
    if (!runner.closed) for (const batch of batches) runner.held.push(batch, 0);
  }
}

async function readOne(
  runner: TaskRunner,
  parts: AloneParts,
  batch: LogBatch,
  record: LogRecord,
): Promise<boolean> {
  await parts.settled();
  const { topic, offset } = record;
  if (runner.closed) return false;
  const isOurs = await parts.trials.suspect(runner.claim, { topic, offset });
  runner.begun = true;
  if (!isOurs) throw new BalancinError('FENCED', `task ${runner.task} has another owner`);
  let isRead = false;
  await parts.turns.alone(parts.signal, async () => {
    if (runner.closed) return;
    isRead = parts.read(runner, { ...batch, records: [record] });
    if (isRead) await parts.commit(runner);
  });
  return isRead && !runner.closed;
}
