/** What a worker says of its tasks: plain data that crosses from thread to supervisor, and on to metrics. */
import type { CommitTimes } from '#pipelines/commit/commitTimes.js';
import type { Outcome } from '#pipelines/tally.js';

/**
 * `running`: reads and commits. `waiting`: for what `reason` names; its partitions are paused, the others go on.
 * `alone`: reads one record a cycle, because workers died here. `reopening`: its memory was given up and is restored anew.
 * `stopped`: by an error that does not pass, until an operator resumes it or the worker starts again. `quarantined`: the
 * same, and no worker claims it until it is resumed.
 */
export type TaskState = 'running' | 'waiting' | 'alone' | 'reopening' | 'stopped' | 'quarantined';

export const taskStates: readonly TaskState[] = [
  'running',
  'waiting',
  'alone',
  'reopening',
  'stopped',
  'quarantined',
];

export interface TaskLine {
  readonly task: number;
  readonly state: TaskState;
  /** What it waits for, or why it is stopped and what to do; null while all is well. */
  readonly reason: string | null;
  /** Since when, Unix ms. */
  readonly sinceMs: number;
  /** Records in the log that were not read yet, as far as was seen. */
  readonly lagRecords: number;
  /** Age of the oldest record not read yet, ms, at most: now less the arrival of the last one read; 0 when caught up. */
  readonly lagMs: number;
  /** Clock of the last cycle, Unix ms; 0 before the first. */
  readonly clockMs: number;
  /** Greatest event time less the allowed lateness over the wells of the task, Unix ms; null before the first frame. */
  readonly watermarkMs: number | null;
  /** Stored state, bytes as packed. */
  readonly stateBytes: number;
  /** Claims by this thread: more than one for a task that stayed means that its memory was given up in between. */
  readonly claims: number;
  readonly commits: number;
  readonly rows: number;
  readonly rejectedFrames: number;
  readonly nextOffsets: Readonly<Record<string, number>>;
}

/** Counts since the thread started. */
export interface ThreadCounts {
  readonly commits: number;
  /** Commits of tasks by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly frames: Readonly<Record<Outcome, number>>;
  readonly samples: Readonly<Record<Outcome, number>>;
  readonly badSamples: number;
  readonly rejectedFrames: Readonly<Record<string, number>>;
  /** Of the transactions, however many tasks each carried. */
  readonly commitTimes: CommitTimes;
}

/** What a thread tells its supervisor twice a second. */
export interface ThreadReport {
  readonly tasks: readonly TaskLine[];
  readonly counts: ThreadCounts;
  /** Rows encoded and not yet committed, bytes. */
  readonly rowBytes: number;
  /** Records held for tasks that wait, bytes. */
  readonly heldBytes: number;
}
