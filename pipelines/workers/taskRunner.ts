/** One task in memory: its claim, its graph, its positions, and the cycle that is being filled. */
import { BalancinError } from '#schemas/errors.js';
import type { RejectReason } from '#schemas/records/deadLetter.js';
import type { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { packChanges, type StatePacker } from '#pipelines/commit/statePack.js';
import { StateRestore } from '#pipelines/commit/stateRestore.js';
import type { Claim, Committer, StateSegment, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { LogBatch, LogRecord } from '#pipelines/log/eventLog.js';
import { replayOf } from '#pipelines/log/recordPlace.js';
import type { Miss } from '#pipelines/source.js';
import { Tally } from '#pipelines/tally.js';
import { CycleRows } from './cycleRows.js';
import type { OpenTopology, TaskGraph, ThreadContext, Topology } from './topology.js';

/** What a runner needs of its thread. */
export interface RunnerParts {
  readonly topology: Topology;
  readonly open: OpenTopology;
  readonly thread: ThreadContext;
  readonly committer: Committer;
  /** Memory for encoded rows, released when their commit is answered. */
  readonly pool: ChunkPool;
  readonly packer: StatePacker;
  /** Makes known whatever restored state may speak of. */
  readDirectory(): Promise<void>;
  /** Fetches what a record needs; after it the record is read a last time. */
  fetch(miss: Miss): Promise<void>;
  /** Records that made an operator throw: dead-lettered unread when the task comes by again. */
  readonly poison: ReadonlyMap<string, PoisonRecord>;
}

const quietPollsMax = 3;
/** How often a cycle that fills is measured: seldom enough to cost nothing, often enough to end it near its limits. */
const fullCheckRecords = 32;

/** Names a record for the set of poison. */
export function recordName(record: Pick<LogRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${record.topic}/${record.partition}/${record.offset}`;
}

/** An operator threw on a record: the task's memory is no longer sound and must be restored. */
export class PoisonRecord extends Error {
  readonly record: LogRecord;
  constructor(record: LogRecord, cause: unknown) {
    super(
      `an operator threw on ${recordName(record)}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
    this.record = record;
  }
}

export class TaskRunner {
  readonly task: number;
  readonly tally = new Tally();
  /** Set when the task was lost or its memory given up: nothing of it may be committed any more. */
  closed = false;
  readonly highWatermarks = new Map<string, number>();
  readonly nextOffsets: Map<string, number>;
  readonly #parts: RunnerParts;
  readonly #claim: Claim;
  readonly #output: CycleRows;
  readonly #graph: TaskGraph;
  #committedOffsets: ReadonlyMap<string, number>;
  #commitNumber: number;
  #clockMs: number;
  #recordsInCycle = 0;
  #lastArrivalMs = 0;
  #quietPolls = 0;
  #poisonPassed = false;

  private constructor(parts: RunnerParts, claim: Claim) {
    this.#parts = parts;
    this.#claim = claim;
    this.task = claim.task;
    this.nextOffsets = new Map(claim.nextOffsets);
    this.#committedOffsets = claim.nextOffsets;
    this.#commitNumber = claim.commitNumber;
    this.#clockMs = claim.clockMs;
    this.#output = new CycleRows(claim.task, parts.pool);
    this.#graph = parts.open.openTask({
      ...parts.thread,
      task: claim.task,
      tally: this.tally,
      output: this.#output,
    });
  }

  /** Claims the task, restores its state, and is then ready for records from `nextOffsets` on. */
  static async open(parts: RunnerParts, task: number): Promise<TaskRunner> {
    const claim = await parts.committer.claim(parts.topology.id, task, parts.topology.topics);
    const runner = new TaskRunner(parts, claim);
    runner.#output.begin(claim.commitNumber + 1);
    await parts.readDirectory();
    const restore = new StateRestore(runner.#graph.states);
    await parts.committer.restoreState(claim, (segment) => restore.add(segment));
    restore.finish();
    return runner;
  }

  /** Rows not yet handed over for commit. */
  get rowsInCycle(): number {
    return this.#output.rows;
  }

  get bytesInCycle(): number {
    return this.#output.bytes;
  }

  get recordsInCycle(): number {
    return this.#recordsInCycle;
  }

  /** Records behind the log's end, over all topics, as far as was seen. */
  get lag(): number {
    let lag = 0;
    for (const [topic, high] of this.highWatermarks)
      lag += Math.max(0, high - (this.nextOffsets.get(topic) ?? 0));
    return lag;
  }

  /**
   * Runs a batch through the graph, from its `from`-th record on. Records below the next offset were seen already and are
   * dropped. Gives the place to go on from: before the batch's end where the cycle must end first, because it is full or
   * because a poisonous record was passed, which is committed at once: else a second one would undo it, and so for ever.
   * Throws PoisonRecord, LIMIT_REACHED.
   */
  async accept(batch: LogBatch, from: number, isFull: () => boolean): Promise<number> {
    this.highWatermarks.set(batch.topic, batch.highWatermark);
    this.#quietPolls = 0;
    let next = this.nextOffsets.get(batch.topic) ?? 0;
    const { length } = batch.records;
    for (let i = from; i < length; i++) {
      const record = batch.records[i] as LogRecord;
      if (this.closed) return length;
      if (record.offset < next) continue;
      // What the record needs is fetched, then it is read again; the directory has the last word on who is known.
      for (let asked = false; !this.#read(record, asked); ) {
        const miss = this.#miss as Miss;
        await this.#parts.fetch(miss);
        if (this.closed) return length;
        asked ||= miss.kind === 'directory';
      }
      this.tally.records++;
      this.tally.skippedOffsets += record.offset - next;
      next = record.offset + 1;
      this.nextOffsets.set(batch.topic, next);
      if (record.timestampMs > this.#lastArrivalMs) this.#lastArrivalMs = record.timestampMs;
      this.#recordsInCycle++;
      if (this.#poisonPassed || (this.#recordsInCycle % fullCheckRecords === 0 && isFull())) return i + 1;
    }
    return length;
  }

  /** A poisonous record was passed and is not committed yet. */
  get poisonPassed(): boolean {
    return this.#poisonPassed;
  }

  #miss: Miss | null = null;

  /** False where something must be fetched first. */
  #read(record: LogRecord, asked: boolean): boolean {
    if (this.#parts.poison.has(recordName(record))) {
      this.#reject(
        record,
        'operator-threw',
        'an operator threw on this record when it was first read',
        null,
        0,
      );
      this.#poisonPassed = true;
      return true;
    }
    let outcome: ReturnType<TaskGraph['read']>;
    try {
      outcome = this.#graph.read(record, asked);
    } catch (cause) {
      // A full pool is no fault of the record: what waits for its commit must go first.
      if (cause instanceof BalancinError && cause.code === 'LIMIT_REACHED') throw cause;
      throw new PoisonRecord(record, cause);
    }
    if (record.headers !== null && outcome.kind !== 'miss') this.#noteReplay(record, outcome.kind);
    switch (outcome.kind) {
      case 'accepted':
      case 'duplicate':
        return true;
      case 'rejected':
        this.#reject(record, outcome.reason, outcome.detail, outcome.tenant, outcome.samples);
        return true;
      case 'miss':
        this.#miss = outcome.miss;
        return false;
    }
  }

  /** A dead letter that was put back on its topic: what became of it is stored with it. */
  #noteReplay(record: LogRecord, outcome: 'accepted' | 'duplicate' | 'rejected'): void {
    const place = replayOf(record.headers);
    if (place !== null) this.#output.replayed(place, outcome);
  }

  #reject(
    record: LogRecord,
    reason: RejectReason,
    detail: string,
    tenant: string | null,
    samples: number,
  ): void {
    this.tally.frames.rejected++;
    this.tally.samples.rejected += samples;
    this.tally.rejectedFrames[reason]++;
    const letter = {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      arrivalMs: record.timestampMs,
      key: record.key,
      value: record.value,
      reason,
      detail,
      tenant,
    };
    this.#output.deadLetter(letter);
    this.#output.message(this.#parts.thread.messages.deadLetter(letter));
  }

  /** A poll brought nothing of this task. */
  notePoll(): void {
    this.#quietPolls++;
  }

  /**
   * While records wait in the log, time is that of the last one read: a well is not silent because we are late. What seems
   * to wait but does not come (control records at the end of a partition) stops counting after a few polls.
   */
  #clockAt(polledMs: number): number {
    const behind = this.lag > 0 || this.highWatermarks.size === 0;
    const lagging = behind && this.#quietPolls < quietPollsMax;
    return Math.max(this.#clockMs, lagging ? this.#lastArrivalMs : polledMs);
  }

  /**
   * Ends the cycle and hands over what it produced; null where there is nothing to write. The clock never goes back.
   * The next cycle may be filled at once; the hand-over must have been answered before the next one is committed.
   * `polledMs`: when the log was last asked for records.
   */
  endCycle(polledMs: number): TaskCommit | null {
    if (this.closed) throw new BalancinError('BUG', `task ${this.task} was closed and must not end a cycle`);
    const clockMs = this.#clockAt(polledMs);
    this.#graph.endCycle({ nowMs: clockMs });
    // The operators have seen it, whether or not there is something to write.
    this.#clockMs = clockMs;
    if (this.#recordsInCycle === 0 && this.#output.rows === 0) return null;
    const commitNumber = this.#commitNumber + 1;
    const taken = this.#output.take();
    const tally = new Tally();
    tally.add(this.tally);
    this.tally.reset();
    const commit: TaskCommit = {
      claim: this.#claim,
      commitNumber,
      expectedOffsets: this.#committedOffsets,
      nextOffsets: new Map(this.nextOffsets),
      clockMs,
      rows: taken.rows,
      state: this.#drainState(),
      outbox: taken.outbox,
      tally,
    };
    this.#committedOffsets = commit.nextOffsets;
    this.#commitNumber = commitNumber;
    this.#poisonPassed = false;
    this.#recordsInCycle = 0;
    this.#output.begin(commitNumber + 1);
    return commit;
  }

  #drainState(): StateSegment[] {
    const segments: StateSegment[] = [];
    for (const [name, state] of this.#graph.states) {
      const segment = packChanges({ name, state }, this.#parts.packer);
      if (segment !== null) segments.push(segment);
    }
    return segments;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#output.discard();
    this.#graph.dispose();
  }
}
