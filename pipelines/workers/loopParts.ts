/** What the loop of a worker thread is given: ports, limits, and the clock. */
import type { ChunkPool } from '#pipelines/commit/chunkPool.js';
import type { StatePacker } from '#pipelines/commit/statePack.js';
import type { Claim, Committer, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { ConsumerHandlers, LogConsumer } from '#pipelines/log/eventLog.js';
import type { Miss } from '#pipelines/source.js';
import type { ReadingTurns } from './readingTurns.js';
import type { TaskTrials } from './taskTrials.js';
import type { OpenTopology, ThreadContext, Topology } from './topology.js';
import type { UnreadableBatches } from './unreadableBatches.js';
import type { WorkerLog } from './workerLog.js';

export interface CycleLimits {
  readonly cycleRowsMax: number;
  readonly cycleBytesMax: number;
  readonly cycleAgeMs: number;
}

export interface LoopParts {
  readonly topology: Topology;
  readonly open: OpenTopology;
  readonly thread: ThreadContext;
  readonly committer: Committer;
  readonly trials: TaskTrials;
  readonly turns: ReadingTurns;
  readonly pool: ChunkPool;
  readonly packer: StatePacker;
  readonly limits: CycleLimits;
  readonly log: WorkerLog;
  /** Records that a task reads alone without a death before it is trusted again. */
  readonly aloneRecords?: number;
  /** The wall clock, ms. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal is given. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  readDirectory(): Promise<void>;
  /** Asks for what a record lacks until there is an answer. Errors that may pass are waited out by the loop. */
  fetch(miss: Miss, signal: AbortSignal): Promise<void>;
  /** Opens the consumer with the loop's handlers. */
  consume(handlers: ConsumerHandlers): Promise<LogConsumer>;
  /** A task was claimed: an earlier owner may have left something to say. */
  claimed(task: number): void;
  /** Called after every commit with what it held. */
  committed(commit: TaskCommit): void;
  /** Which of these claims another has overtaken: a task that has nothing to commit would not learn of it. */
  overtaken?(claims: readonly Claim[]): Promise<readonly number[]>;
  /** Asked after every claim: may this version run still? Throws INCOMPATIBLE where it was rolled back. */
  enter?(): Promise<void>;
  /** Without it every batch that cannot be unpacked stops its task. */
  readonly unreadable?: UnreadableBatches;
  /** What the database said when it refused the task's last commit. */
  refusal?(task: number): string | null;
}
