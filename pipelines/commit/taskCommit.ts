/** What one task hands over to be committed in one transaction: rows, state, outbox, offsets, counts. */
import type { Table } from '#schemas/tables/table.js';
import type { Tally } from '#pipelines/tally.js';

/** Who holds a task: what `claim` returned. */
export interface Claim {
  readonly topology: string;
  readonly task: number;
  /** Raised by every claim: the fence. */
  readonly epoch: number;
  readonly owner: string;
  /** Number of the last commit; the next one is this plus one. */
  readonly commitNumber: number;
  /** Next offset to read, a topic; a topic not named here was never read. */
  readonly nextOffsets: ReadonlyMap<string, number>;
  /** Clock of the last cycle, ms; 0 for a new task. */
  readonly clockMs: number;
  /** No record below the next offsets arrived later, by the log's clock, ms; 0: not known. */
  readonly arrivedMs: number;
}

/** Binary COPY tuples of one table, already encoded: the header and trailer are added once a COPY. */
export interface CopyRows {
  readonly table: Table;
  /** PostgreSQL schema. */
  readonly schema: string;
  readonly rows: number;
  readonly chunks: readonly Uint8Array[];
}

export interface OutboxMessage {
  /** Deterministic, so that sending twice is harmless. */
  readonly messageId: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Changed keys of one operator, packed by the state writer. */
export interface StateSegment {
  readonly operator: string;
  readonly version: number;
  /** A base replaces all that was stored before; a segment adds to it. */
  readonly kind: 'base' | 'segment';
  readonly keys: number;
  readonly bytes: Uint8Array;
}

export interface TaskCommit {
  readonly claim: Claim;
  readonly commitNumber: number;
  /** What the database must still hold for the fence to pass. */
  readonly expectedOffsets: ReadonlyMap<string, number>;
  readonly nextOffsets: ReadonlyMap<string, number>;
  readonly clockMs: number;
  /** As in `Claim`. */
  readonly arrivedMs: number;
  readonly rows: readonly CopyRows[];
  readonly state: readonly StateSegment[];
  readonly outbox: readonly OutboxMessage[];
  readonly tally: Tally;
}

/**
 * What became of each task's part. `fenced`: another claimed it, its memory must be thrown away. `unknown`: sent, and the
 * answer is lost: claim again, discard memory, restore; the claim tells whether it happened. `refused`: a bug, the database
 * takes none of it however often it is sent; nothing was written, and the task must stop loudly.
 */
export type CommitOutcome = 'committed' | 'fenced' | 'unknown' | 'refused';

/** One thread's way into the database. */
export interface Committer {
  claim(topology: string, task: number, topics: readonly string[]): Promise<Claim>;
  /** Calls `restore` with each operator's stored segments, base first, in one snapshot. */
  restoreState(claim: Claim, restore: (segment: StateSegment) => void): Promise<void>;
  /**
   * All tasks in one transaction; a fenced one is dropped and the rest sent again. Keyed by task. However it ends, also by a
   * throw (nothing was written then), the rows' memory is given back: the commits handed over may not be used again.
   */
  commit(tasks: readonly TaskCommit[]): Promise<ReadonlyMap<number, CommitOutcome>>;
  /** What the task's operators have stored, bytes as packed; 0 where it is not held. */
  stateBytes(topology: string, task: number): number;
  close(): Promise<void>;
}
