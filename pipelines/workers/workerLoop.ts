/** The loop of one worker thread: poll, run through the graphs, end the cycle, commit while the next one fills. */
import { BalancinError } from '#schemas/errors.js';
import type { ChunkPool } from '#pipelines/commit/chunkPool.js';
import type { StatePacker } from '#pipelines/commit/statePack.js';
import type { Committer, CommitOutcome, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { ConsumerHandlers, LogConsumer } from '#pipelines/log/eventLog.js';
import type { Miss } from '#pipelines/source.js';
import { Tally } from '#pipelines/tally.js';
import { PoisonRecord, recordName, type RunnerParts, TaskRunner } from './taskRunner.js';
import type { OpenTopology, ThreadContext, Topology } from './topology.js';
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
  readonly pool: ChunkPool;
  readonly packer: StatePacker;
  readonly limits: CycleLimits;
  readonly log: WorkerLog;
  /** The wall clock, ms. */
  now(): number;
  readDirectory(): Promise<void>;
  fetch(miss: Miss): Promise<void>;
  /** Opens the consumer with the loop's handlers. */
  consume(handlers: ConsumerHandlers): Promise<LogConsumer>;
  /** A task was claimed: an earlier owner may have left something to say. */
  claimed(task: number): void;
  /** Called after every commit with what it held. */
  committed(commit: TaskCommit): void;
}

/** What the loop can be asked while it runs. */
export interface TaskStatus {
  readonly task: number;
  readonly lagRecords: number;
  readonly nextOffsets: ReadonlyMap<string, number>;
}

/** Records taken from the log in one go: small enough that a cycle's limits are met closely. */
const pollRecordsMax = 4_000;
const pollBytesMax = 8 * 1024 * 1024;

/** How long a fenced task is left to whoever claimed it before it is claimed again, if it is still assigned to us. */
const fencedWaitMs = 5_000;

export class WorkerLoop {
  readonly #parts: LoopParts;
  readonly #runners = new Map<number, TaskRunner>();
  readonly #poison = new Map<string, PoisonRecord>();
  /** Tasks whose memory was given up, and from when on they are claimed and restored anew, before a poll. */
  readonly #toReopen = new Map<number, number>();
  #inFlight: Promise<void> | null = null;
  #stopping = false;
  /** When the log was last asked for records: what came since is not known. */
  #polledMs = 0;
  #failure: unknown = null;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  status(): TaskStatus[] {
    return [...this.#runners.values()].map((runner) => ({
      task: runner.task,
      lagRecords: runner.lag,
      nextOffsets: runner.nextOffsets,
    }));
  }

  /** The loop ends after the cycle it is in, with everything read committed. */
  stop(): void {
    this.#stopping = true;
  }

  async run(): Promise<void> {
    const consumer = await this.#parts.consume({
      assigned: (task) => this.#assigned(task),
      revoked: (task) => this.#revoked(task),
      failed: (task, error) => this.#failed(task, error),
    });
    try {
      let cycleStartMs = this.#parts.now();
      while (!this.#stopping) {
        await this.#reopen(consumer);
        const waitMs = Math.max(0, cycleStartMs + this.#parts.limits.cycleAgeMs - this.#parts.now());
        for (const runner of this.#runners.values()) runner.notePoll();
        this.#polledMs = this.#parts.now();
        const batches = await consumer.poll({
          recordsMax: pollRecordsMax,
          bytesMax: pollBytesMax,
          timeoutMs: waitMs,
        });
        // Who holds them now: a task lost and won again while another batch waits has an older position than its batch here.
        const holders = batches.map((batch) => this.#runners.get(batch.partition));
        for (const [i, batch] of batches.entries()) {
          const runner = holders[i];
          if (runner === undefined || runner.closed) continue;
          for (let at = 0; at < batch.records.length && !runner.closed; ) {
            await this.#guard(runner, async () => {
              at = await runner.accept(batch, at, () => this.#full());
            });
            if (!runner.closed && (runner.poisonPassed || at < batch.records.length)) await this.#cycle();
          }
        }
        if (this.#failure !== null) throw this.#failure;
        if (!this.#due(cycleStartMs)) continue;
        cycleStartMs = this.#parts.now();
        await this.#cycle();
      }
      await this.#cycle();
      await this.#settled();
    } finally {
      await consumer.close();
      for (const runner of this.#runners.values()) runner.close();
      this.#runners.clear();
    }
  }

  #due(cycleStartMs: number): boolean {
    return this.#parts.now() - cycleStartMs >= this.#parts.limits.cycleAgeMs || this.#full();
  }

  #full(): boolean {
    const { cycleRowsMax, cycleBytesMax } = this.#parts.limits;
    let rows = 0;
    let bytes = 0;
    for (const runner of this.#runners.values()) {
      rows += runner.rowsInCycle;
      bytes += runner.bytesInCycle;
    }
    return rows >= cycleRowsMax || bytes >= cycleBytesMax;
  }

  /** One commit at a time: the next cycle fills while it runs, and waits here when it is full first. */
  async #cycle(): Promise<void> {
    await this.#settled();
    const commits: TaskCommit[] = [];
    const committing = new Map<number, TaskRunner>();
    for (const runner of this.#runners.values()) {
      if (runner.closed) continue;
      await this.#guard(runner, async () => {
        const commit = runner.endCycle(this.#polledMs);
        if (commit === null) return;
        commits.push(commit);
        committing.set(runner.task, runner);
      });
    }
    if (commits.length === 0) return;
    this.#inFlight = this.#parts.committer.commit(commits).then(
      (outcomes) => this.#answered(commits, committing, outcomes),
      (error: unknown) => {
        this.#failure = error;
      },
    );
  }

  async #settled(): Promise<void> {
    await this.#inFlight;
    this.#inFlight = null;
    if (this.#failure !== null) throw this.#failure;
  }

  #answered(
    commits: readonly TaskCommit[],
    committing: ReadonlyMap<number, TaskRunner>,
    outcomes: ReadonlyMap<number, CommitOutcome>,
  ): void {
    for (const commit of commits) {
      const task = commit.claim.task;
      const outcome = outcomes.get(task) ?? 'unknown';
      if (outcome === 'committed') {
        this.#parts.committed(commit);
        this.#forgetPoison(commit);
        continue;
      }
      // Whatever this thread holds of the task in memory was built on a commit that may not stand.
      const runner = committing.get(task);
      if (runner === undefined || runner.closed) continue;
      runner.close();
      // A fence is no proof that the task is lost: who claimed it may be late, or be a rewind. If it is taken from us, we are told.
      if (outcome === 'unknown') this.#toReopen.set(task, 0);
      else if (outcome === 'fenced') this.#toReopen.set(task, this.#parts.now() + fencedWaitMs);
      else this.#runners.delete(task);
      this.#parts.log.warn(
        { task, outcome, commitNumber: commit.commitNumber },
        `commit of task ${task}: ${outcome}`,
      );
    }
  }

  /** A poisonous record below the committed offset was dead-lettered and will not come again. */
  #forgetPoison(commit: TaskCommit): void {
    for (const [name, { record }] of this.#poison)
      if (
        record.partition === commit.claim.task &&
        record.offset < (commit.nextOffsets.get(record.topic) ?? 0)
      )
        this.#poison.delete(name);
  }

  /** An operator that throws costs the task its memory, not the thread its life: restored, with that record set aside. */
  async #guard(runner: TaskRunner, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof BalancinError && error.code === 'LIMIT_REACHED') {
        this.#parts.log.warn({ task: runner.task, err: error }, error.message);
        runner.close();
        this.#toReopen.set(runner.task, 0);
        return;
      }
      if (!(error instanceof PoisonRecord)) throw error;
      const name = recordName(error.record);
      this.#parts.log.error({ task: runner.task, record: name, err: error.cause }, error.message);
      this.#poison.set(name, error);
      runner.close();
      this.#toReopen.set(runner.task, 0);
    }
  }

  /** Between polls only, so that no batch fetched before the seek is taken for one after it. */
  async #reopen(consumer: LogConsumer): Promise<void> {
    const nowMs = this.#parts.now();
    const due = [...this.#toReopen].filter(([, fromMs]) => fromMs <= nowMs).map(([task]) => task);
    if (due.length === 0) return;
    await this.#settled();
    for (const task of due) {
      const closed = this.#runners.get(task);
      if (!this.#toReopen.delete(task) || closed === undefined) continue;
      let runner: TaskRunner;
      try {
        runner = await this.#openRunner(task);
      } catch (error) {
        if (!(error instanceof BalancinError) || !(error.retry || error.code === 'FENCED')) throw error;
        this.#parts.log.warn(
          { task, err: error },
          `task ${task} could not be claimed anew: ${error.message}`,
        );
        if (this.#runners.get(task) === closed) this.#toReopen.set(task, this.#parts.now() + fencedWaitMs);
        continue;
      }
      // Revoked meanwhile, perhaps assigned again: that later claim is the one that counts.
      if (this.#runners.get(task) !== closed) {
        runner.close();
        continue;
      }
      this.#runners.set(task, runner);
      consumer.seek(task, runner.nextOffsets);
      // A commit of unknown outcome may have left something to say.
      this.#parts.claimed(task);
    }
  }

  async #openRunner(task: number): Promise<TaskRunner> {
    const parts: RunnerParts = { ...this.#parts, poison: this.#poison };
    return TaskRunner.open(parts, task);
  }

  async #assigned(task: number): Promise<ReadonlyMap<string, number>> {
    const runner = await this.#openRunner(task);
    this.#runners.set(task, runner);
    this.#parts.claimed(task);
    this.#parts.log.info(
      { task, nextOffsets: Object.fromEntries(runner.nextOffsets) },
      `task ${task} claimed`,
    );
    return new Map(runner.nextOffsets);
  }

  /** What was not committed is left to the next owner, who reads it again. */
  async #revoked(task: number): Promise<void> {
    const runner = this.#runners.get(task);
    this.#runners.delete(task);
    this.#toReopen.delete(task);
    for (const [name, { record }] of this.#poison) if (record.partition === task) this.#poison.delete(name);
    runner?.close();
    await this.#inFlight;
  }

  #failed(task: number, error: Error): void {
    this.#parts.log.error({ task, err: error }, `task ${task} stopped: ${error.message}`);
    this.#runners.get(task)?.close();
    this.#runners.delete(task);
    this.#toReopen.delete(task);
  }

  /** Counts not yet handed over, for the status line. */
  pendingTally(): Tally {
    const tally = new Tally();
    for (const runner of this.#runners.values()) tally.add(runner.tally);
    return tally;
  }
}
