/** One try of a commit, and what its failure means for the tasks in it. */
import { type OnCommitStep, runCommit } from './commitTransaction.js';
import { asBalancinError, fencedTasks, judge, type TaskName } from './databaseErrors.js';
import type { BalancinError } from '#schemas/errors.js';
import type { PreparedCommit } from './preparedCommit.js';
import type { Session } from './session.js';

export type AttemptResult =
  | { readonly kind: 'committed' }
  /** These tasks are another's; nothing of the others was written either. */
  | { readonly kind: 'fenced'; readonly tasks: readonly TaskName[] }
  /** The server will never take these bytes; nothing was written. */
  | { readonly kind: 'refused'; readonly error: BalancinError }
  /** Sent, and the answer is lost: it may have happened, or may be about to. */
  | { readonly kind: 'unknown'; readonly error: BalancinError };

/** Throws where nothing was written and the same may pass later. */
export async function attemptCommit(
  session: Session,
  commits: readonly PreparedCommit[],
  options: { readonly timeoutMs: number; readonly onStep: OnCommitStep },
): Promise<AttemptResult> {
  let fenceSent = false;
  // A connection that swallows everything says nothing: only a clock ends the wait.
  const deadline = setTimeout(() => session.destroy(), options.timeoutMs);
  try {
    await runCommit(session, commits, options.onStep, () => {
      fenceSent = true;
    });
    return { kind: 'committed' };
  } catch (error) {
    // A session that answers has aborted the transaction, whichever step failed. One that does not may have committed it.
    const aborted = await rollBack(session);
    if (!aborted && fenceSent) return { kind: 'unknown', error: asBalancinError(error, 'commit') };
    const verdict = judge(error);
    if (verdict === 'fenced') return { kind: 'fenced', tasks: fencedTasks(error) };
    if (verdict === 'refused' && aborted) {
      return { kind: 'refused', error: asBalancinError(error, 'commit') };
    }
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

async function rollBack(session: Session): Promise<boolean> {
  try {
    await session.client.query('ROLLBACK');
    return true;
  } catch {
    session.destroy();
    return false;
  }
}
