/** When to fold: in the background once a task is past its limits, and before a commit where it is far past them. */
import type { OnCommitEvent } from './commitEvent.js';
import { asBalancinError } from './databaseErrors.js';
import { foldState } from './foldState.js';
import type { Session } from './session.js';
import { connectionError } from './sessionSlot.js';
import type { StateLedger } from './stateLedger.js';
import type { Claim } from './taskCommit.js';

/** At this many times the limit commits wait for the fold: stored state is bounded even if folding is slow. */
const pressureMax = 4;

export class StateFolder {
  readonly #open: () => Promise<Session>;
  readonly #ledger: StateLedger;
  readonly #onEvent: OnCommitEvent;
  readonly #running = new Map<string, Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  constructor(open: () => Promise<Session>, ledger: StateLedger, onEvent: OnCommitEvent) {
    this.#open = open;
    this.#ledger = ledger;
    this.#onEvent = onEvent;
  }

  /** After a commit. Failures are told as events; the next commit asks again. */
  consider(claim: Claim): void {
    if (this.#ledger.pressure(claim.topology, claim.task) >= 1) void this.#fold(claim);
  }

  /** Before a commit: waits where state would otherwise grow without bound. */
  async relieve(claim: Claim): Promise<void> {
    if (this.#ledger.pressure(claim.topology, claim.task) >= pressureMax) await this.#fold(claim);
  }

  async close(): Promise<void> {
    await this.#last;
  }

  /** One fold at a time, one waiting a task: a connection is opened only for as long. Never rejects. */
  #fold(claim: Claim): Promise<void> {
    const name = `${claim.topology} ${claim.task}`;
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const turn = this.#last.then(async () => {
      try {
        await this.#run(claim);
      } finally {
        this.#running.delete(name);
      }
    });
    this.#running.set(name, turn);
    this.#last = turn;
    return turn;
  }

  async #run(claim: Claim): Promise<void> {
    const { topology, task } = claim;
    let session: Session | undefined;
    try {
      session = await this.#open();
      await foldState(session, claim, (event) => {
        if (event.kind === 'folded') this.#ledger.folded(topology, task, event);
        this.#onEvent(event);
      });
      await session.end();
    } catch (error) {
      const connected = session !== undefined && !session.lost;
      session?.destroy();
      const failure = asBalancinError(connected ? error : connectionError(error), 'folding state');
      // The task was claimed anew meanwhile: its owner folds.
      if (failure.code === 'FENCED') return;
      this.#onEvent({ kind: 'fold-failed', topology, task, error: failure });
    }
  }
}
