/** Sending the same again: until it passes, until it cannot pass, or until enough is enough. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BalancinError } from '#schemas/errors.js';
import type { OnCommitEvent } from './commitEvent.js';
import { asBalancinError } from './databaseErrors.js';

export interface BackoffOptions {
  readonly firstDelayMs: number;
  readonly delayMsMax: number;
  /** Counted from the first failure. */
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: OnCommitEvent;
}

/** Throws what `work` threw, as a BalancinError, once another attempt is of no use. */
export async function withBackoff<T>(
  doing: string,
  options: BackoffOptions,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  let firstFailureMs: number | null = null;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (cause) {
      const error: BalancinError = asBalancinError(cause, doing);
      firstFailureMs ??= performance.now();
      const delayMs = delay(attempt, options);
      const waitedMs = performance.now() - firstFailureMs;
      if (!error.retry || options.signal.aborted || waitedMs + delayMs > options.giveUpAfterMs) throw error;
      options.onEvent({ kind: 'again', doing, attempt, delayMs, error });
      // Woken early by a close: the next attempt is then the last.
      await sleep(delayMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

/** Doubling up to the limit, half of it by chance: workers that failed together do not come back together. */
function delay(attempt: number, options: BackoffOptions): number {
  const full = Math.min(options.delayMsMax, options.firstDelayMs * 2 ** (attempt - 1));
  return full / 2 + (Math.random() * full) / 2;
}
