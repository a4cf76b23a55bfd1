/** The commits of a worker thread: ends the cycle of its tasks, commits them together, does what the answer asks for. */
import type { CommitOutcome, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { LoopParts } from './loopParts.js';
import { mayPass } from './mayPass.js';
import type { OperatorFaults } from './operatorFaults.js';
import type { PoisonRecords } from './poisonRecords.js';
import { fencedWaitMs, type TaskOwnership } from './taskOwnership.js';
import type { TaskRunner } from './taskRunner.js';
import type { TaskSlot } from './taskSlot.js';

export interface CommittingLoop {
  readonly slots: ReadonlyMap<number, TaskSlot>;
  readonly poison: PoisonRecords;
  readonly ownership: TaskOwnership;
  readonly faults: OperatorFaults;
}

export class CommitCycles {
  readonly #parts: LoopParts;
  readonly #loop: CommittingLoop;
  /** Commits of tasks by what became of them. */
  readonly outcomes: Record<CommitOutcome, number> = { committed: 0, fenced: 0, unknown: 0, refused: 0 };
  #inFlight: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(parts: LoopParts, loop: CommittingLoop) {
    this.#parts = parts;
    this.#loop = loop;
  }

  /** The commit that is under way; never throws. */
  get inFlight(): Promise<void> | null {
    return this.#inFlight;
  }

  /** Throws what ends the loop. */
  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** The cycle is as large as it may be. */
  isFull(): boolean {
    const { cycleRowsMax, cycleBytesMax } = this.#parts.limits;
    let rows = 0;
    let bytes = 0;
    for (const { live } of this.#loop.slots.values()) {
      if (live === null) continue;
      rows += live.rowsInCycle;
      bytes += live.bytesInCycle;
    }
    return rows >= cycleRowsMax || bytes >= cycleBytesMax;
  }

  /** One commit at a time: the next cycle fills while it runs, and waits here when it is full first. */
  async end(only?: readonly TaskSlot[]): Promise<void> {
    await this.settled();
    const commits: TaskCommit[] = [];
    const committing = new Map<TaskSlot, TaskRunner>();
    for (const slot of only ?? this.#loop.slots.values()) {
      const runner = slot.live;
      if (runner === null) continue;
      try {
        const commit = runner.endCycle();
        if (commit === null) continue;
        commits.push(commit);
        committing.set(slot, runner);
      } catch (error) {
        this.#loop.faults.caught(slot, runner, error);
      }
    }
    if (commits.length === 0) return;
    this.#inFlight = this.#parts.committer.commit(commits).then(
      (outcomes) => this.#answered(commits, committing, outcomes),
      (error: unknown) => this.#unanswered(committing, error),
    );
  }

  /** Waits for the commit that is under way; throws what ends the loop. */
  async settled(): Promise<void> {
    await this.#inFlight;
    this.#inFlight = null;
    this.throwFailure();
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
        this.#loop.poison.passed(task, commit.nextOffsets);
        continue;
      }
      log.warn({ task, outcome, commitNumber: commit.commitNumber }, `commit of task ${task}: ${outcome}`);
      // Whatever this thread holds of the task in memory was built on a commit that may not stand.
      if (runner.closed) continue;
      // A fence is no proof that the task is lost: who claimed it may be late, or be a rewind. If it is taken from us, we are told.
      if (outcome === 'unknown') slot.giveUp(0, nowMs);
      else if (outcome === 'fenced') slot.giveUp(nowMs + fencedWaitMs, nowMs);
      else
        this.#loop.ownership.stop(
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
}
