/**
 * A task that is assigned to this thread, over all its claims.
 *
 *   claiming ──► running ◄──► waiting        (waiting: paused alone, heartbeats kept)
 *                 │  ▲
 *                 ▼  │ claimed and restored anew
 *              reopening ──► stopped, quarantined ──► reopening     (an operator resumed it)
 *
 * 1. A slot lives from `assigned` to `revoked`; what was begun for one that is gone comes to nothing.
 * 2. A closed runner is never read with nor committed again; its slot reopens, stops, or goes.
 * 3. A claim that has begun to read is left in the trials before the next one is made, unless the thread itself is dying.
 */
import type { LogConsumer, LogRecord } from '#pipelines/log/eventLog.js';
import type { TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { TaskLine, TaskState } from './taskStatus.js';
import type { TaskRunner } from './taskRunner.js';
import type { Leave } from './taskTrials.js';
import type { SkippedRecords } from './unreadableBatches.js';

const goesOn: Leave = { state: null, reason: null };

export class TaskSlot {
  readonly task: number;
  /** Null until first claimed. Closed: reopening or stopped. */
  runner: TaskRunner | null = null;
  /** What it cannot go on without. */
  waiting: { readonly what: string; readonly sinceMs: number } | null = null;
  stopped: {
    readonly state: 'stopped' | 'quarantined';
    readonly reason: string;
    readonly sinceMs: number;
  } | null = null;
  /** When it is claimed and restored anew; null where it need not be. */
  reopenAtMs: number | null = null;
  /** Said of the last claim before the next one. */
  leave: Leave = goesOn;
  /** Throws in a row, while reading alone, that no record can be blamed for. */
  unattributed = 0;
  /** Where a limit was reached last; null where at the end of a cycle. Undefined: never. */
  #limitedAt: Pick<LogRecord, 'topic' | 'offset'> | null | undefined;
  #committedSinceLimit = false;
  /** Records that cannot be read and that an operator lets pass, as of the last claim. */
  skipped: readonly SkippedRecords[] = [];
  paused = false;
  claims = 0;
  #sinceMs: number;
  #commits = 0;
  #rows = 0;
  #rejectedFrames = 0;

  constructor(task: number, nowMs: number) {
    this.task = task;
    this.#sinceMs = nowMs;
  }

  /** Null where nothing may be read with it. */
  get live(): TaskRunner | null {
    return this.runner === null || this.runner.closed ? null : this.runner;
  }

  opened(runner: TaskRunner, nowMs: number): void {
    this.runner?.close();
    this.runner = runner;
    this.waiting = null;
    this.stopped = null;
    this.reopenAtMs = null;
    this.leave = goesOn;
    this.claims++;
    this.#sinceMs = nowMs;
  }

  /** The memory is given up, to be restored from `atMs` on. */
  giveUp(atMs: number, nowMs: number, leave: Leave = goesOn): void {
    this.runner?.close();
    this.waiting = null;
    this.reopenAtMs = atMs;
    this.leave = leave;
    this.#sinceMs = nowMs;
  }

  stop(state: 'stopped' | 'quarantined', reason: string, nowMs: number): void {
    this.runner?.close();
    this.waiting = null;
    this.reopenAtMs = null;
    this.stopped = { state, reason, sinceMs: nowMs };
  }

  committed(commit: TaskCommit): void {
    this.unattributed = 0;
    this.#committedSinceLimit = true;
    this.#commits++;
    for (const { rows } of commit.rows) this.#rows += rows;
    this.#rejectedFrames += commit.tally.frames.rejected;
  }

  /** Notes that a limit was reached; true where at the same record, or with nothing committed since the last time. */
  limitAgain(record: LogRecord | null): boolean {
    const last = this.#limitedAt;
    const isSame = record !== null && last?.topic === record.topic && last.offset === record.offset;
    const again = isSame || (last !== undefined && !this.#committedSinceLimit);
    this.#limitedAt = record;
    this.#committedSinceLimit = false;
    return again;
  }

  /** Back-pressure of this task alone. */
  setPaused(consumer: LogConsumer, paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    if (paused) consumer.pause(this.task);
    else consumer.resume(this.task);
  }

  line(nowMs: number, stateBytes: number): TaskLine {
    const { runner } = this;
    const [state, reason, sinceMs] = this.#state();
    return {
      task: this.task,
      state,
      reason,
      sinceMs,
      lagRecords: runner?.lagRecords ?? 0,
      lagMs: runner?.lagMs(nowMs) ?? 0,
      clockMs: runner?.clockMs ?? 0,
      watermarkMs: runner?.watermarkMs ?? null,
      stateBytes,
      claims: this.claims,
      commits: this.#commits,
      rows: this.#rows,
      rejectedFrames: this.#rejectedFrames,
      nextOffsets: Object.fromEntries(runner?.nextOffsets ?? []),
    };
  }

  #state(): [TaskState, string | null, number] {
    if (this.stopped !== null) return [this.stopped.state, this.stopped.reason, this.stopped.sinceMs];
    if (this.live === null) return ['reopening', null, this.#sinceMs];
    if (this.waiting !== null) return ['waiting', this.waiting.what, this.waiting.sinceMs];
    if (this.live.alone)
      return [
        'alone',
        'workers died here: one record a cycle until the one at fault is found',
        this.#sinceMs,
      ];
    return ['running', null, this.#sinceMs];
  }
}
