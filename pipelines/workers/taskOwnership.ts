/** Takes the tasks of a thread over: claims, stops, claims anew, leaves to the next owner. */
import { BalancinError } from '#schemas/errors.js';
import type { LogConsumer, UnreadableRecords } from '#pipelines/log/eventLog.js';
import type { HeldBudget } from './heldRecords.js';
import type { LoopParts } from './loopParts.js';
import { passUnreadable } from './passUnreadable.js';
import type { PoisonRecords } from './poisonRecords.js';
import { RestoreGuard } from './restoreGuard.js';
import { TaskQuarantined } from './taskFaults.js';
import { TaskRunner } from './taskRunner.js';
import { TaskSlot } from './taskSlot.js';
import type { Leave } from './taskTrials.js';
import type { SkippedRecords } from './unreadableBatches.js';

/** How long a fenced task is left to whoever claimed it before it is claimed again, if it is still assigned to us. */
export const fencedWaitMs = 5_000;
/** How often it is looked whether the tasks are still ours: without anything to commit no fence would say so. */
const overtakenEveryMs = 5_000;
/** How often it is looked whether an operator has resumed a stopped task. */
const resumedEveryMs = 10_000;

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the loop lends. */
export interface OwningLoop {
  readonly slots: Map<number, TaskSlot>;
  readonly poison: PoisonRecords;
  readonly held: HeldBudget;
  /** The loop is told to stop. */
  readonly signal: AbortSignal;
  /** Waits for the commit that is under way; throws what ends the loop. */
  settled(): Promise<void>;
  /** The same, and never throws. */
  inFlight(): Promise<void> | null;
  /** The loop ends by an error of its own: its tasks are not left, so that it counts as a death. */
  isDying(): boolean;
}

export class TaskOwnership {
  readonly #parts: LoopParts;
  readonly #loop: OwningLoop;
  readonly #restores = new RestoreGuard();
  consumer: LogConsumer | null = null;
  #askedResumedMs = 0;
  #askedOvertakenMs = 0;

  constructor(parts: LoopParts, loop: OwningLoop) {
    this.#parts = parts;
    this.#loop = loop;
  }

  /** Loudly: said in the log, the status and the database, until an operator resumes it. */
  stop(slot: TaskSlot, state: 'stopped' | 'quarantined', reason: string, error?: unknown): void {
    const { trials, topology, log } = this.#parts;
    const { task, runner } = slot;
    const wasQuarantined = error instanceof TaskQuarantined;
    const isNew = slot.stopped === null;
    // The claim of a runner that was given up before was left, and perhaps followed by one that could not be opened.
    const claim = runner === null || runner.closed ? null : runner.claim;
    slot.stop(state, reason, this.#parts.now());
    if (this.consumer !== null) slot.setPaused(this.consumer, true);
    if (isNew) log.error({ task, err: error }, `task ${task} is ${state}: ${reason}`);
    if (wasQuarantined) return;
    const leave: Leave = { state: state === 'quarantined' ? state : null, reason };
    const note = claim === null ? trials.noteStopped(topology.id, task, reason) : trials.leave(claim, leave);
    if (runner !== null) runner.begun = false;
    void note.catch((err: unknown) =>
      log.warn({ task, err }, `that task ${task} is ${state} could not be noted`),
    );
  }

  /** Between polls only, so that no batch fetched before the seek is taken for one after it. */
  async reopen(consumer: LogConsumer): Promise<void> {
    this.#askResumed();
    this.#askOvertaken();
    for (const slot of this.#loop.slots.values()) {
      if (slot.reopenAtMs === null || slot.reopenAtMs > this.#parts.now()) continue;
      await this.#loop.settled();
      const { task, runner: closed } = slot;
      const isCurrent = (): boolean => this.#loop.slots.get(task) === slot && slot.runner === closed;
      try {
        await this.#leave(slot);
        const { runner, skipped } = await this.#open(task);
        // Revoked meanwhile, perhaps assigned again: that later claim is the one that counts.
        if (!isCurrent()) {
          runner.close();
          continue;
        }
        slot.opened(runner, this.#parts.now());
        slot.skipped = skipped;
        consumer.seek(task, runner.nextOffsets);
        slot.setPaused(consumer, false);
        // A commit of unknown outcome may have left something to say.
        this.#parts.claimed(task);
      } catch (error) {
        if (!isCurrent()) continue;
        if (error instanceof BalancinError && (error.retry || error.code === 'FENCED')) {
          this.#parts.log.warn(
            { task, err: error },
            `task ${task} could not be claimed anew: ${error.message}`,
          );
          slot.reopenAtMs = this.#parts.now() + fencedWaitMs;
        } else this.failed(task, error);
      }
      if (this.#loop.signal.aborted) return;
    }
  }

  #askResumed(): void {
    const { trials, topology } = this.#parts;
    const nowMs = this.#parts.now();
    const stopped = [...this.#loop.slots.values()].filter((slot) => slot.stopped !== null);
    if (stopped.length === 0 || nowMs - this.#askedResumedMs < resumedEveryMs) return;
    this.#askedResumedMs = nowMs;
    const reopen = (tasks: readonly number[]): void => {
      for (const slot of stopped)
        if (slot.stopped !== null && tasks.includes(slot.task)) slot.reopenAtMs = nowMs;
    };
    trials
      .resumed(
        topology.id,
        stopped.map(({ task }) => task),
      )
      .then(reopen, () => undefined);
  }

  /** A rewind, or another owner: what is held in memory no longer counts. */
  #askOvertaken(): void {
    const { log } = this.#parts;
    const nowMs = this.#parts.now();
    if (this.#parts.overtaken === undefined || nowMs - this.#askedOvertakenMs < overtakenEveryMs) return;
    this.#askedOvertakenMs = nowMs;
    const asked = new Map(
      [...this.#loop.slots.values()].flatMap((slot) => (slot.live === null ? [] : [[slot, slot.live]])),
    );
    if (asked.size === 0) return;
    this.#parts.overtaken([...asked.values()].map(({ claim }) => claim)).then(
      (tasks) => {
        for (const [slot, runner] of asked) {
          if (!tasks.includes(slot.task) || slot.live !== runner) continue;
          log.warn({ task: slot.task }, `task ${slot.task} was claimed or set back by another`);
          slot.giveUp(this.#parts.now() + fencedWaitMs, this.#parts.now());
        }
      },
      // Away: asked again soon.
      () => undefined,
    );
  }

  async #open(
    task: number,
  ): Promise<{ readonly runner: TaskRunner; readonly skipped: readonly SkippedRecords[] }> {
    const { topology, unreadable } = this.#parts;
    const runner = await TaskRunner.open(
      { ...this.#parts, poison: this.#loop.poison, held: this.#loop.held, restores: this.#restores },
      task,
    );
    try {
      // After the claim: a rollback shuts the version out first, and sets the task back then.
      await this.#parts.enter?.();
      return { runner, skipped: (await unreadable?.skipped(topology.id, task, runner.nextOffsets)) ?? [] };
    } catch (error) {
      runner.close();
      throw error;
    }
  }

  async #leave(slot: TaskSlot): Promise<void> {
    const { runner, leave } = slot;
    if (runner === null || !(runner.begun || leave.state !== null)) return;
    await this.#parts.trials.leave(runner.claim, leave);
    runner.begun = false;
    slot.leave = { state: null, reason: null };
  }

  async assigned(task: number): Promise<ReadonlyMap<string, number>> {
    const slot = this.#loop.slots.get(task) ?? new TaskSlot(task, this.#parts.now());
    this.#loop.slots.set(task, slot);
    const { runner, skipped } = await this.#open(task);
    slot.opened(runner, this.#parts.now());
    slot.skipped = skipped;
    this.#parts.claimed(task);
    this.#parts.log.info(
      { task, nextOffsets: Object.fromEntries(runner.nextOffsets), alone: runner.alone },
      `task ${task} claimed`,
    );
    return new Map(runner.nextOffsets);
  }

  arrivedUntilMs(task: number): number {
    return this.#loop.slots.get(task)?.runner?.arrivedUntilMs ?? 0;
  }

  /** True where these records, which cannot be read, are passed by. */
  unreadable(task: number, records: UnreadableRecords): boolean {
    const slot = this.#loop.slots.get(task);
    return slot !== undefined && passUnreadable(slot, records, this.#parts);
  }

  /** What was not committed is left to the next owner, who reads it again. */
  async revoked(task: number): Promise<void> {
    const slot = this.#loop.slots.get(task);
    this.#loop.slots.delete(task);
    this.#loop.poison.forget(task);
    slot?.runner?.close();
    // It may come back, to another slot.
    if (this.consumer !== null) slot?.setPaused(this.consumer, false);
    await this.#loop.inFlight();
    if (slot === undefined || this.#loop.isDying()) return;
    await this.#leave(slot).catch((err: unknown) => {
      this.#parts.log.warn({ task, err }, `that task ${task} was left could not be noted`);
    });
  }

  failed(task: number, error: unknown): void {
    const slot = this.#loop.slots.get(task);
    if (slot === undefined) return;
    if (error instanceof TaskQuarantined) this.stop(slot, 'quarantined', error.reason, error);
    else this.stop(slot, 'stopped', wordsOf(error), error);
  }
}
