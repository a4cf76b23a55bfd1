/** One task in memory: its claim, its graph, its positions, and the cycle that is being filled. */
import { BalancinError } from '#schemas/errors.js';
import type { RejectReason } from '#schemas/records/deadLetter.js';
import type { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { packChanges, type StatePacker } from '#pipelines/commit/statePack.js';
import { StateRestore } from '#pipelines/commit/stateRestore.js';
import type { Claim, Committer, StateSegment, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { LogBatch, LogRecord } from '#pipelines/log/eventLog.js';
import { type RecordPlace, replayOf, sayPlace } from '#pipelines/log/recordPlace.js';
import type { Miss } from '#pipelines/source.js';
import { Tally } from '#pipelines/tally.js';
import { CycleRows } from './cycleRows.js';
import { type HeldBudget, HeldRecords } from './heldRecords.js';
import type { RestoreGuard } from './restoreGuard.js';
import { OperatorThrew, TaskQuarantined } from './taskFaults.js';
import type { PoisonRecords } from './poisonRecords.js';
import { TaskArrivals } from './taskArrivals.js';
import type { TaskTrials, Verdict } from './taskTrials.js';
import type { WorkerLog } from './workerLog.js';
import type { OpenTopology, TaskGraph, ThreadContext, Topology } from './topology.js';

/** What a runner needs of its thread. */
export interface RunnerParts {
  readonly topology: Topology;
  readonly open: OpenTopology;
  readonly thread: ThreadContext;
  readonly committer: Committer;
  readonly log: WorkerLog;
  readonly trials: TaskTrials;
  readonly restores: RestoreGuard;
  /** Memory for encoded rows, released when their commit is answered. */
  readonly pool: ChunkPool;
  readonly packer: StatePacker;
  /** Makes known whatever restored state may speak of. */
  readDirectory(): Promise<void>;
  readonly poison: PoisonRecords;
  readonly held: HeldBudget;
}

/** How often a cycle that fills is measured: seldom enough to cost nothing, often enough to end it near its limits. */
const fullCheckRecords = 32;

/**
 * Why a batch was left: all read; the cycle is to end first, because it is full; a poisonous record was passed, which is
 * committed at once, else a second one would undo it, and so for ever; something must be fetched (`miss`).
 */
export type Left = 'done' | 'full' | 'poison' | 'miss';

export class TaskRunner {
  readonly task: number;
  readonly claim: Claim;
  readonly tally = new Tally();
  /** Polled and not read yet: while the task waits for something, or reads record by record. */
  readonly held: HeldRecords;
  /** Set when the task was lost or its memory given up: nothing of it may be committed any more. */
  closed = false;
  /** It was noted that this claim reads. */
  begun = false;
  /** One record a cycle. */
  alone = false;
  /** Records passed alone so far. */
  alonePassed = 0;
  /** What the record that is read next lacks. */
  miss: Miss | null = null;
  readonly highWatermarks = new Map<string, number>();
  readonly nextOffsets: Map<string, number>;
  readonly #parts: RunnerParts;
  readonly #output: CycleRows;
  readonly #graph: TaskGraph;
  #committedOffsets: ReadonlyMap<string, number>;
  #commitNumber: number;
  #clockMs: number;
  readonly #arrivals: TaskArrivals;
  #recordsInCycle = 0;
  #lastRead: LogRecord | null = null;
  #lastArrivalMs = 0;
  /** The directory was asked about the record that is read next. */
  #asked = false;
  /** When the log held nothing but what was read here; null while records wait. */
  #caughtUpMs: number | null = null;
  #poisonPassed = false;
  /** Of the cycle that is being filled. */
  #firstRejected: (RecordPlace & { readonly reason: RejectReason }) | null = null;

  private constructor(parts: RunnerParts, claim: Claim) {
    this.#parts = parts;
    this.claim = claim;
    this.task = claim.task;
    this.held = new HeldRecords(parts.held);
    this.nextOffsets = new Map(claim.nextOffsets);
    this.#committedOffsets = claim.nextOffsets;
    this.#commitNumber = claim.commitNumber;
    this.#clockMs = claim.clockMs;
    this.#arrivals = new TaskArrivals(claim);
    this.#output = new CycleRows(claim.task, parts.pool);
    this.#graph = parts.open.openTask({
      ...parts.thread,
      task: claim.task,
      tally: this.tally,
      output: this.#output,
    });
  }

  /**
   * Claims the task, asks what earlier deaths demand, restores its state, and is then ready for records from `nextOffsets`
   * on. Throws TaskQuarantined, STATE_VERSION, FENCED, DATABASE_UNAVAILABLE.
   */
  static async open(parts: RunnerParts, task: number): Promise<TaskRunner> {
    const claim = await parts.committer.claim(parts.topology.id, task, parts.topology.topics);
    const verdict = await parts.trials.judge(claim);
    if (verdict.state === 'quarantined') throw new TaskQuarantined(task, verdict.reason);
    return await parts.restores.run(parts.trials, claim, verdict.restoresAlone === true, () =>
      TaskRunner.#restore(parts, claim, verdict),
    );
  }

  static async #restore(parts: RunnerParts, claim: Claim, verdict: Verdict): Promise<TaskRunner> {
    const runner = new TaskRunner(parts, claim);
    try {
      runner.alone = verdict.state === 'alone';
      if (verdict.state === 'alone' && verdict.condemned !== null)
        parts.poison.add({
          ...verdict.condemned,
          task: claim.task,
          reason: 'worker-died',
          detail: 'workers died when this record was read, the last one while it read nothing else',
        });
      runner.#output.begin(claim.commitNumber + 1);
      await parts.readDirectory();
      const restore = new StateRestore(runner.#graph.states);
      await parts.committer.restoreState(claim, (segment) => restore.add(segment));
      restore.finish();
      return runner;
    } catch (error) {
      runner.close();
      throw error;
    }
  }

  /** Rows not yet handed over for commit. */
  get rowsInCycle(): number {
    return this.#output.rows;
  }

  get bytesInCycle(): number {
    return this.#output.bytes;
  }

  /** The last record of the cycle that is being filled; null where it has none. */
  get lastRead(): LogRecord | null {
    return this.#recordsInCycle === 0 ? null : this.#lastRead;
  }

  get recordsInCycle(): number {
    return this.#recordsInCycle;
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  /** Nothing below the next offsets arrived later, by the log's clock, ms; 0: not known. */
  get arrivedUntilMs(): number {
    return this.#arrivals.untilMs;
  }

  get watermarkMs(): number | null {
    return this.closed ? null : this.#graph.watermarkMs();
  }

  /** Records behind the log's end, over all topics, as far as was seen. */
  get lagRecords(): number {
    if (this.#caughtUpMs !== null) return 0;
    let lag = 0;
    for (const [topic, high] of this.highWatermarks)
      lag += Math.max(0, high - (this.nextOffsets.get(topic) ?? 0));
    return lag;
  }

  /** Age of the oldest record not read yet, ms, at most. */
  lagMs(nowMs: number): number {
    if (this.#caughtUpMs !== null || this.#lastArrivalMs === 0) return 0;
    return Math.max(0, nowMs - this.#lastArrivalMs);
  }

  /** What the log says of the task, once everything it handed over was read; null: more is waiting. */
  noteCaughtUp(caughtUpMs: number | null): void {
    this.#caughtUpMs = caughtUpMs;
  }

  /**
   * Runs a batch through the graph, from its `from`-th record on. Records below the next offset were seen already and are
   * dropped. Gives the place to go on from, and why it was left. Throws OperatorThrew.
   */
  accept(batch: LogBatch, from: number, isFull: () => boolean): { readonly at: number; readonly left: Left } {
    this.highWatermarks.set(batch.topic, batch.highWatermark);
    this.#caughtUpMs = null;
    const before = this.nextOffsets.get(batch.topic) ?? 0;
    let next = before;
    const { length } = batch.records;
    try {
      for (let i = from; i < length; i++) {
        const record = batch.records[i] as LogRecord;
        if (record.offset < next) continue;
        if (!this.#read(record)) return { at: i, left: 'miss' };
        this.#asked = false;
        this.tally.skippedOffsets += record.offset - next;
        next = record.offset + 1;
        if (record.passedFrom === undefined) {
          this.tally.records++;
          this.#lastRead = record;
          if (record.timestampMs > this.#lastArrivalMs) this.#lastArrivalMs = record.timestampMs;
        } else {
          // Its time stands in bytes that may be damaged: no clock goes by it.
          this.tally.skippedOffsets++;
          this.#lastRead = null;
        }
        this.#arrivals.read(batch.topic, record.timestampMs);
        this.#recordsInCycle++;
        if (this.#poisonPassed) return { at: i + 1, left: 'poison' };
        if (this.#recordsInCycle % fullCheckRecords === 0 && isFull()) return { at: i + 1, left: 'full' };
      }
      return { at: length, left: 'done' };
    } finally {
      // Once a batch: a topic of which nothing was read has no offset.
      if (next > before) this.nextOffsets.set(batch.topic, next);
    }
  }

  /** What the next record lacked was fetched: the directory has the last word on who is known. */
  answered(): void {
    if (this.miss?.kind === 'directory') this.#asked = true;
    this.miss = null;
  }

  /** False where something must be fetched first. */
  #read(record: LogRecord): boolean {
    if (record.passedFrom !== undefined) return true;
    const poison = this.#parts.poison.find(record);
    if (poison !== undefined) {
      this.#reject(record, poison.reason, poison.detail, null, 0);
      this.#poisonPassed = true;
      return true;
    }
    let outcome: ReturnType<TaskGraph['read']>;
    try {
      outcome = this.#graph.read(record, this.#asked);
    } catch (cause) {
      throw new OperatorThrew(this.task, record, cause);
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
        this.miss = outcome.miss;
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
    this.#firstRejected ??= {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      reason,
    };
    this.#output.deadLetter(letter);
    this.#output.message(this.#parts.thread.messages.deadLetter(letter));
  }

  /**
   * Ends the cycle and hands over what it produced; null where there is nothing to write. The clock never goes back: while
   * records wait in the log, time is that of the last one read, since a well is not silent because we are late.
   * The next cycle may be filled at once; the hand-over must have been answered before the next one is committed.
   * Throws OperatorThrew.
   */
  endCycle(): TaskCommit | null {
    if (this.closed) throw new BalancinError('BUG', `task ${this.task} was closed and must not end a cycle`);
    const clockMs = Math.max(this.#clockMs, this.#lastArrivalMs, this.#caughtUpMs ?? 0);
    try {
      this.#graph.endCycle({ nowMs: clockMs });
    } catch (cause) {
      throw new OperatorThrew(this.task, null, cause);
    }
    // The operators have seen it, whether or not there is something to write.
    this.#clockMs = clockMs;
    if (this.#recordsInCycle === 0 && this.#output.rows === 0) return null;
    const commitNumber = this.#commitNumber + 1;
    const state = this.#drainState();
    const taken = this.#output.take();
    this.#sayRejected();
    const tally = new Tally();
    tally.add(this.tally);
    this.tally.reset();
    const commit: TaskCommit = {
      claim: this.claim,
      commitNumber,
      expectedOffsets: this.#committedOffsets,
      nextOffsets: new Map(this.nextOffsets),
      clockMs,
      arrivedMs: this.#arrivals.untilMs,
      rows: taken.rows,
      state,
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

  /** A line a cycle, not a record: the rest is in the dead-letter table. */
  #sayRejected(): void {
    const first = this.#firstRejected;
    this.#firstRejected = null;
    if (first === null) return;
    const { rejected } = this.tally.frames;
    this.#parts.log.warn(
      { task: this.task, ...first, rejected },
      `${rejected} records are dead-lettered, the first of them ${sayPlace(first)}: ${first.reason}`,
    );
  }

  #drainState(): StateSegment[] {
    const segments: StateSegment[] = [];
    for (const [name, state] of this.#graph.states) {
      try {
        const segment = packChanges({ name, state }, this.#parts.packer);
        if (segment !== null) segments.push(segment);
      } catch (cause) {
        throw new OperatorThrew(this.task, null, cause);
      }
    }
    return segments;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.held.clear();
    this.#output.discard();
    this.#graph.dispose();
  }
}
