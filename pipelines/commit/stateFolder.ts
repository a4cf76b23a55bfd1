/** When to fold: in the background once a task is past its limits, and before a commit where it is far past them. */
import type { BalancinError } from '#schemas/errors.js';
import { type BackoffOptions, withBackoff } from './backoff.js';
import type { OnCommitEvent } from './commitEvent.js';
import { asBalancinError } from './databaseErrors.js';
import { foldState } from './foldState.js';
import type { Session } from './session.js';
import { SessionSlot } from './sessionSlot.js';
import type { StateLedger } from './stateLedger.js';
import type { Claim } from './taskCommit.js';

/** At this many times the limit commits wait for the fold: stored state is bounded even if folding is slow. */
const pressureMax = 4;
/** At this many a fold must succeed before another segment is written: a restore would take ever longer. */
const pressureStop = 16;
/** Between tries of a fold that fails, doubling: a damaged segment is not read again at every commit. */
const firstRetryMs = 1_000;
const retryMsMax = 60_000;

interface Failure {
  readonly failures: number;
  readonly retryAtMs: number;
}

export class StateFolder {
  readonly #open: () => Promise<Session>;
  readonly #ledger: StateLedger;
  readonly #onEvent: OnCommitEvent;
  readonly #backoff: () => BackoffOptions;
  readonly #now: () => number;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failed = new Map<string, Failure>();
  #last: Promise<void> = Promise.resolve();

  constructor(parts: {
    /** Opens a connection for one fold. */
    readonly open: () => Promise<Session>;
    readonly ledger: StateLedger;
    readonly onEvent: OnCommitEvent;
    readonly backoff: () => BackoffOptions;
    /** Monotonic, ms. */
    readonly now?: () => number;
  }) {
    this.#open = parts.open;
    this.#ledger = parts.ledger;
    this.#onEvent = parts.onEvent;
    this.#backoff = parts.backoff;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** After a commit. Failures are told as events, and tried again at a later commit. */
  consider(claim: Claim): void {
    if (this.#pressure(claim) >= 1 && this.#mayTry(claim)) void this.#fold(claim);
  }

  /**
   * Before a commit: waits where state would otherwise grow without bound. The answer is why the task must not go on: it
   * is far past its limits and cannot be folded. Throws DATABASE_UNAVAILABLE, as a commit does, when patience is at an end.
   */
  async relieve(claim: Claim): Promise<BalancinError | null> {
    if (this.#pressure(claim) >= pressureMax && this.#mayTry(claim)) await this.#fold(claim);
    await this.#running.get(nameOf(claim));
    if (this.#pressure(claim) < pressureStop) return null;
    try {
      await withBackoff('folding state', this.#backoff(), () => this.#attempt(claim));
      return null;
    } catch (error) {
      const failure = asBalancinError(error, 'folding state');
      if (failure.retry) throw failure;
      // The fence tells it to the commit itself.
      return failure.code === 'FENCED' ? null : failure;
    }
  }

  /** The task is another's, or begins anew. */
  forget(claim: Claim): void {
    this.#failed.delete(nameOf(claim));
  }

  async close(): Promise<void> {
    await this.#last;
  }

  #pressure({ topology, task }: Claim): number {
    return this.#ledger.pressure(topology, task);
  }

  #mayTry(claim: Claim): boolean {
    return this.#now() >= (this.#failed.get(nameOf(claim))?.retryAtMs ?? 0);
  }

  /** One fold at a time, one waiting a task: a connection is opened only for as long. Never rejects. */
  #fold(claim: Claim): Promise<void> {
    const name = nameOf(claim);
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const turn = this.#last.then(async () => {
      try {
        await this.#attempt(claim);
        this.#failed.delete(name);
      } catch (error) {
        this.#note(claim, asBalancinError(error, 'folding state'));
      } finally {
        this.#running.delete(name);
      }
    });
    this.#running.set(name, turn);
    this.#last = turn;
    return turn;
  }

  #note(claim: Claim, error: BalancinError): void {
    // The task was claimed anew meanwhile: its owner folds.
    if (error.code === 'FENCED') return;
    const failures = (this.#failed.get(nameOf(claim))?.failures ?? 0) + 1;
    const retryMs = Math.min(retryMsMax, firstRetryMs * 2 ** (failures - 1));
    this.#failed.set(nameOf(claim), { failures, retryAtMs: this.#now() + retryMs });
    const { topology, task } = claim;
    this.#onEvent({ kind: 'fold-failed', topology, task, failures, retryMs, error });
  }

  async #attempt(claim: Claim): Promise<void> {
    const { topology, task } = claim;
    // A slot of its own: what fails because the connection is gone says so.
    const slot = new SessionSlot(this.#open);
    try {
      await slot.use(async (session) => {
        await foldState(session, claim, (event) => {
          if (event.kind === 'folded') this.#ledger.folded(topology, task, event);
          this.#onEvent(event);
        });
      });
    } finally {
      await slot.close();
    }
  }
}

function nameOf({ topology, task }: Claim): string {
  return `${topology} ${task}`;
}
