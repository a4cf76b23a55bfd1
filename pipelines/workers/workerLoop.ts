/** The loop of one worker thread: poll, run through the graphs, end the cycle, commit while the next one fills. */
import { BalancinError } from '#schemas/errors.js';
import type { CommitOutcome, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { LogBatch, LogConsumer } from '#pipelines/log/eventLog.js';
import type { Miss } from '#pipelines/source.js';
import { readAlone } from './aloneReading.js';
import { HeldBudget } from './heldRecords.js';
import type { LoopParts } from './loopParts.js';
import { PoisonRecords, place } from './poisonRecords.js';
import { OperatorThrew } from './taskFaults.js';
import { fencedWaitMs, TaskOwnership, wordsOf } from './taskOwnership.js';
import type { Left, TaskRunner } from './taskRunner.js';
import type { TaskSlot } from './taskSlot.js';
import type { TaskLine } from './taskStatus.js';

export type { CycleLimits, LoopParts } from './loopParts.js';

/** Records taken from the log in one go: small enough that a cycle's limits are met closely. */
const pollRecordsMax = 4_000;
const pollBytesMax = 8 * 1024 * 1024;
/** Held for tasks that wait, over all of a thread: beyond it they are read again. */
const heldBytesMax = 2 * pollBytesMax;

/** A task that waits longer is paused: what is answered at once costs no fetch. */
const pauseAfterMs = 50;
const retryMs = 500;
const retryMsMax = 10_000;
/** At some hundred commits a second a stretch takes seconds; a cycle that kills its worker holds seldom more. */
const aloneRecordsDefault = 1_000;
/** Records read alone between two polls, so that the tasks beside it have their turn. */
const alonePerTurn = 20;
/** Throws that no record can be blamed for, after which a task that reads alone is quarantined. */
const unattributedMax = 2;

const isInfrastructure = (error: unknown): boolean =>
  error instanceof BalancinError && error.domain === 'external';
const mayPass = (error: unknown): error is BalancinError => error instanceof BalancinError && error.retry;

export class WorkerLoop {
  readonly #parts: LoopParts;
  readonly #slots = new Map<number, TaskSlot>();
  readonly #poison = new PoisonRecords();
  readonly #held = new HeldBudget(heldBytesMax);
  /** Commits of tasks by what became of them. */
  readonly outcomes: Record<CommitOutcome, number> = { committed: 0, fenced: 0, unknown: 0, refused: 0 };
  readonly #stopping = new AbortController();
  readonly #ownership: TaskOwnership;
  #inFlight: Promise<void> | null = null;
  #failure: unknown = null;
  /** The loop ends by an error of its own: its tasks are not left, so that it counts as a death. */
  #dying = false;
  #logAway = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#ownership = new TaskOwnership(parts, {
      slots: this.#slots,
      poison: this.#poison,
      held: this.#held,
      signal: this.#stopping.signal,
      settled: () => this.#settled(),
      inFlight: () => this.#inFlight,
      isDying: () => this.#dying,
    });
  }

  status(): TaskLine[] {
    const nowMs = this.#parts.now();
    const { committer, topology } = this.#parts;
    return [...this.#slots.values()].map((slot) =>
      slot.line(nowMs, committer.stateBytes(topology.id, slot.task)),
    );
  }

  /** Records held for tasks that wait, bytes. */
  get heldBytes(): number {
    return this.#held.bytes;
  }

  /** The loop ends after the cycle it is in, with everything read committed. */
  stop(): void {
    this.#stopping.abort();
    this.#ownership.consumer?.wake();
  }

  /**
   * `isReady` is called once the log is read. Throws what the log or the database throws that does not pass, and what is a
   * fault of our own.
   */
  async run(isReady: () => void = () => undefined): Promise<void> {
    const { signal } = this.#stopping;
    const consumer = await this.#parts.consume({
      assigned: (task) => this.#ownership.assigned(task),
      arrivedUntilMs: (task) => this.#ownership.arrivedUntilMs(task),
      revoked: (task) => this.#ownership.revoked(task),
      failed: (task, error) => this.#ownership.failed(task, error),
    });
    this.#ownership.consumer = consumer;
    isReady();
    try {
      let cycleStartMs = this.#parts.now();
      while (!signal.aborted) {
        await this.#ownership.reopen(consumer);
        for (const slot of this.#slots.values()) this.#pause(slot, consumer);
        const { batches, ends } = await this.#poll(
          consumer,
          Math.max(0, cycleStartMs + this.#parts.limits.cycleAgeMs - this.#parts.now()),
        );
        for (const [runner, batch] of batches) await this.#take(runner, batch);
        for (const slot of this.#slots.values()) await this.#readHeld(slot, consumer);
        for (const { slot, runner, endMs } of ends)
          if (!runner.closed)
            runner.noteCaughtUp(slot.waiting === null && runner.held.isEmpty ? endMs : null);
        if (this.#failure !== null) throw this.#failure;
        if (this.#parts.now() - cycleStartMs < this.#parts.limits.cycleAgeMs && !this.#isFull()) continue;
        cycleStartMs = this.#parts.now();
        await this.#cycle();
      }
      await this.#cycle();
      await this.#settled();
    } catch (error) {
      this.#dying = !isInfrastructure(error);
      throw error;
    } finally {
      this.#stopping.abort();
      await consumer.close();
      for (const { runner } of this.#slots.values()) runner?.close();
      this.#slots.clear();
    }
  }

  /**
   * Each batch with who holds its task now: one lost and won again while another batch waits has an older position than its
   * batch here. And for each task how far its log had been handed out when the poll returned.
   */
  async #poll(consumer: LogConsumer, timeoutMs: number) {
    let polled: LogBatch[] = [];
    try {
      polled = await consumer.poll({ recordsMax: pollRecordsMax, bytesMax: pollBytesMax, timeoutMs });
      this.#logAway = false;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (!this.#logAway) this.#parts.log.warn({ err: error }, `the log is away: ${error.message}`);
      this.#logAway = true;
      await this.#parts.sleep(retryMs, this.#stopping.signal);
    }
    const batches = polled.flatMap((batch): [TaskRunner, LogBatch][] => {
      const runner = this.#slots.get(batch.partition)?.live ?? null;
      return runner === null ? [] : [[runner, batch]];
    });
    const ends = [...this.#slots.values()].flatMap((slot) => {
      const runner = slot.live;
      return runner === null ? [] : [{ slot, runner, endMs: consumer.caughtUpMs(slot.task) }];
    });
    return { batches, ends };
  }

  /** Reads a batch, or holds it where the task is not ready for it. */
  async #take(runner: TaskRunner, batch: LogBatch): Promise<void> {
    const slot = this.#slots.get(runner.task);
    if (slot?.runner !== runner || runner.closed) return;
    if (slot.waiting !== null || runner.alone || !runner.held.isEmpty) {
      runner.held.push(batch, 0);
      return;
    }
    if (!runner.begun) {
      runner.held.push(batch, 0);
      this.#wait(slot, runner, 'the database, to note that this task is read', async () => {
        await this.#parts.trials.begin([runner.claim]);
        runner.begun = true;
      });
      return;
    }
    for (let at = 0; at < batch.records.length && !runner.closed; ) {
      if (!this.#parts.turns.tryEnter()) await this.#parts.turns.enter();
      const left = this.#accept(slot, runner, batch, at);
      if (left === null) return;
      at = left.at;
      if (left.left === 'miss') {
        runner.held.push(batch, at);
        this.#fetch(slot, runner);
        return;
      }
      if (left.left !== 'done') await this.#cycle();
    }
  }

  /** Null where the runner had to be closed. */
  #accept(
    slot: TaskSlot,
    runner: TaskRunner,
    batch: LogBatch,
    from: number,
  ): { readonly at: number; readonly left: Left } | null {
    try {
      return runner.closed ? null : runner.accept(batch, from, () => this.#isFull());
    } catch (error) {
      this.#fault(slot, runner, error);
      return null;
    } finally {
      this.#parts.turns.leave();
    }
  }

  /** What was held for a task that need not wait any longer. */
  async #readHeld(slot: TaskSlot, consumer: LogConsumer): Promise<void> {
    const runner = slot.live;
    if (runner === null || slot.waiting !== null) return;
    if (runner.held.overflowed) {
      runner.held.clear();
      consumer.seek(slot.task, runner.nextOffsets);
    } else if (runner.alone) {
      await this.#readAlone(slot, runner);
    } else {
      for (const batch of runner.held.take()) await this.#take(runner, batch);
    }
  }

  async #readAlone(slot: TaskSlot, runner: TaskRunner): Promise<void> {
    const { trials, turns, aloneRecords = aloneRecordsDefault } = this.#parts;
    try {
      await readAlone(runner, {
        trials,
        turns,
        signal: this.#stopping.signal,
        recordsMax: Math.min(alonePerTurn, aloneRecords - runner.alonePassed),
        settled: () => this.#settled(),
        read: (_, batch) => {
          const left = this.#accept(slot, runner, batch, 0);
          if (left?.left === 'miss') this.#fetch(slot, runner);
          return left !== null && left.left !== 'miss';
        },
        commit: async () => {
          await this.#cycle([slot]);
          await this.#settled();
        },
      });
      if (runner.closed || runner.alonePassed < aloneRecords) return;
      await trials.leave(runner.claim, { state: 'free', reason: null });
      runner.alone = false;
      runner.begun = false;
      this.#parts.log.info(
        { task: slot.task },
        `task ${slot.task} has read ${aloneRecords} records alone: trusted again`,
      );
    } catch (error) {
      if (!(error instanceof BalancinError)) throw error;
      if (error.code !== 'FENCED' && !error.retry) throw error;
      this.#parts.log.warn({ task: slot.task, err: error }, error.message);
      slot.giveUp(this.#parts.now() + (error.code === 'FENCED' ? fencedWaitMs : retryMs), this.#parts.now());
    }
  }

  #pause(slot: TaskSlot, consumer: LogConsumer): void {
    const runner = slot.live;
    if (runner === null) return;
    const { waiting } = slot;
    const waitsLong = waiting !== null && this.#parts.now() - waiting.sinceMs >= pauseAfterMs;
    slot.setPaused(consumer, waitsLong || runner.held.overflowed || (runner.alone && !runner.held.isEmpty));
  }

  #fetch(slot: TaskSlot, runner: TaskRunner): void {
    const miss = runner.miss as Miss;
    const what =
      miss.kind === 'schema'
        ? `schema ${miss.schemaId} of the registry`
        : `the directory, for well ${miss.well} of ${miss.tenant}/${miss.site}`;
    this.#wait(slot, runner, what, () => this.#parts.fetch(miss, this.#stopping.signal));
  }

  /** The task waits alone until it is answered. */
  #wait(slot: TaskSlot, runner: TaskRunner, what: string, ask: () => Promise<void>): void {
    const waiting = { what, sinceMs: this.#parts.now() };
    slot.waiting = waiting;
    const isCurrent = (): boolean => slot.waiting === waiting && !runner.closed;
    const persist = async (): Promise<void> => {
      for (let waitMs = retryMs; isCurrent(); waitMs = Math.min(2 * waitMs, retryMsMax)) {
        try {
          await ask();
          break;
        } catch (error) {
          if (!isCurrent() || this.#stopping.signal.aborted) return;
          if (!mayPass(error)) {
            this.#ownership.stop(slot, 'stopped', `${what}: ${wordsOf(error)}`, error);
            return;
          }
          this.#parts.log.warn(
            { task: slot.task, err: error, waitMs },
            `task ${slot.task} waits for ${what}; again in ${waitMs} ms`,
          );
          await this.#parts.sleep(waitMs, this.#stopping.signal);
        }
      }
      if (!isCurrent()) return;
      slot.waiting = null;
      runner.answered();
      this.#ownership.consumer?.wake();
    };
    void persist();
  }

  #isFull(): boolean {
    const { cycleRowsMax, cycleBytesMax } = this.#parts.limits;
    let rows = 0;
    let bytes = 0;
    for (const { live } of this.#slots.values()) {
      if (live === null) continue;
      rows += live.rowsInCycle;
      bytes += live.bytesInCycle;
    }
    return rows >= cycleRowsMax || bytes >= cycleBytesMax;
  }

  /** One commit at a time: the next cycle fills while it runs, and waits here when it is full first. */
  async #cycle(only?: readonly TaskSlot[]): Promise<void> {
    await this.#settled();
    const commits: TaskCommit[] = [];
    const committing = new Map<TaskSlot, TaskRunner>();
    for (const slot of only ?? this.#slots.values()) {
      const runner = slot.live;
      if (runner === null) continue;
      try {
        const commit = runner.endCycle();
        if (commit === null) continue;
        commits.push(commit);
        committing.set(slot, runner);
      } catch (error) {
        this.#fault(slot, runner, error);
      }
    }
    if (commits.length === 0) return;
    this.#inFlight = this.#parts.committer.commit(commits).then(
      (outcomes) => this.#answered(commits, committing, outcomes),
      (error: unknown) => this.#unanswered(committing, error),
    );
  }

  async #settled(): Promise<void> {
    await this.#inFlight;
    this.#inFlight = null;
    if (this.#failure !== null) throw this.#failure;
  }

  #answered(
    commits: readonly TaskCommit[],
    committing: ReadonlyMap<TaskSlot, TaskRunner>,
    outcomes: ReadonlyMap<number, CommitOutcome>,
  ): void {
    const { log } = this.#parts;
    const nowMs = this.#parts.now();
    const ofTask = new Map([...committing].map(([slot, runner]) => [slot.task, { slot, runner }]));
    for (const commit of commits) {
      const { task } = commit.claim;
      const outcome = outcomes.get(task) ?? 'unknown';
      this.outcomes[outcome]++;
      const { slot, runner } = ofTask.get(task) as { slot: TaskSlot; runner: TaskRunner };
      if (outcome === 'committed') {
        this.#parts.committed(commit);
        slot.committed(commit);
        this.#poison.passed(task, commit.nextOffsets);
        continue;
      }
      log.warn({ task, outcome, commitNumber: commit.commitNumber }, `commit of task ${task}: ${outcome}`);
      // Whatever this thread holds of the task in memory was built on a commit that may not stand.
      if (runner.closed) continue;
      // A fence is no proof that the task is lost: who claimed it may be late, or be a rewind. If it is taken from us, we are told.
      if (outcome === 'unknown') slot.giveUp(0, nowMs);
      else if (outcome === 'fenced') slot.giveUp(nowMs + fencedWaitMs, nowMs);
      else
        this.#ownership.stop(
          slot,
          'stopped',
          `the database refuses what this task commits: ${this.#parts.refusal?.(task) ?? 'see the log'}. Nothing was written`,
        );
    }
  }

  /** Given up by the committer: nothing was written. Where the database is only away, the tasks are restored once it is back. */
  #unanswered(committing: ReadonlyMap<TaskSlot, TaskRunner>, error: unknown): void {
    if (!mayPass(error)) {
      this.#failure = error;
      return;
    }
    this.#parts.log.warn({ err: error }, `a commit was given up: ${error.message}`);
    for (const [slot, runner] of committing) if (!runner.closed) slot.giveUp(0, this.#parts.now());
  }

  /**
   * An operator that throws costs the task its memory, not the thread its life. Restored, it goes on without the record that
   * is to blame. Where that is not clear, because the cycle's end threw, records are read alone until it is.
   */
  #fault(slot: TaskSlot, runner: TaskRunner, error: unknown): void {
    const { log } = this.#parts;
    const nowMs = this.#parts.now();
    const { task } = slot;
    if (error instanceof BalancinError && error.code === 'LIMIT_REACHED') {
      log.warn({ task, err: error }, error.message);
      slot.giveUp(0, nowMs);
      return;
    }
    if (!(error instanceof OperatorThrew)) throw error;
    log.error({ task, err: error.cause }, error.message);
    const alone = runner.alone && runner.recordsInCycle === 1 ? runner.lastRead : null;
    const record = error.record ?? alone;
    if (record !== null && this.#poison.find(record) === undefined) {
      const { topic, offset } = record;
      this.#poison.add({ task, topic, offset, reason: 'operator-threw', detail: error.message });
      log.error(
        { task, record: place(topic, task, offset) },
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
