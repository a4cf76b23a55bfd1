/** What can be wrong with a task that is no fault of the database, the log or the registry. */
import type { LogRecord } from '#pipelines/log/eventLog.js';
import { place } from './poisonRecords.js';

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The task's memory is no longer sound and must be restored. `record`: null where it threw at the end of a cycle. */
export class OperatorThrew extends Error {
  readonly task: number;
  readonly record: LogRecord | null;

  constructor(task: number, record: LogRecord | null, cause: unknown) {
    const where =
      record === null
        ? `at the end of a cycle of task ${task}`
        : `on ${place(record.topic, record.partition, record.offset)}`;
    super(`an operator threw ${where}: ${words(cause)}`, { cause });
    this.task = task;
    this.record = record;
  }
}

/** Not to be read until an operator says so. */
export class TaskQuarantined extends Error {
  readonly task: number;
  readonly reason: string;

  constructor(task: number, reason: string) {
    super(
      `task ${task} is quarantined: ${reason}. Find the cause, then let it go on with balancin.resume_task`,
    );
    this.task = task;
    this.reason = reason;
  }
}
