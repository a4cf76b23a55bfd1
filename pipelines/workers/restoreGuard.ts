/** Restores tasks so that one whose restore kills the worker is known by the database. */
import type { Claim } from '#pipelines/commit/taskCommit.js';
import type { TaskTrials } from './taskTrials.js';

/** Shared by the tasks of a thread. */
export class RestoreGuard {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Tasks that nobody died of are restored side by side. Those that somebody did, one after another: whoever dies then died
   * of that one. Throws what `restore` and the trials throw.
   */
  async run<T extends { close(): void }>(
    trials: TaskTrials,
    claim: Claim,
    isDoubted: boolean,
    restore: () => Promise<T>,
  ): Promise<T> {
    if (!isDoubted) return await noted(trials, claim, restore);
    const mine = this.#last.then(async () => {
      await trials.beginRestore(claim);
      return await noted(trials, claim, restore);
    });
    this.#last = mine.catch(() => undefined);
    return await mine;
  }
}

async function noted<T extends { close(): void }>(
  trials: TaskTrials,
  claim: Claim,
  restore: () => Promise<T>,
): Promise<T> {
  let restored: T;
  try {
    restored = await restore();
  } catch (error) {
    // Not heard, it counts nothing where this owner claims again; the error itself is what matters.
    await trials.endRestore(claim, false).catch(() => undefined);
    throw error;
  }
  try {
    await trials.endRestore(claim, true);
    return restored;
  } catch (error) {
    restored.close();
    throw error;
  }
}
