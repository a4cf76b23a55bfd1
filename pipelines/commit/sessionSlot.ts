/** A place for one connection: opened when first needed, opened again after it was lost, used by one caller at a time. */
import { DatabaseError } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { Session } from './session.js';

export class SessionSlot {
  readonly #open: () => Promise<Session>;
  #session: Session | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  /** Callers queue. Where the connection fails, so does `work`: with DATABASE_UNAVAILABLE, or with what the server said. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => await this.#run(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** After those who wait had their turn. */
  async close(): Promise<void> {
    await this.#last;
    this.#closed = true;
    await this.#session?.end();
    this.#session = null;
  }

  async #run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#closed) throw new BalancinError('BUG', 'the committer is closed');
    const session = await this.#current();
    try {
      return await work(session);
    } catch (error) {
      throw session.lost ? connectionError(error) : error;
    }
  }

  async #current(): Promise<Session> {
    if (this.#session !== null && !this.#session.lost) return this.#session;
    this.#session = null;
    try {
      this.#session = await this.#open();
    } catch (error) {
      throw connectionError(error);
    }
    return this.#session;
  }
}

/** What a failed or lost connection means: DATABASE_UNAVAILABLE, but where the server itself has said why. */
function connectionError(error: unknown): BalancinError | DatabaseError {
  if (error instanceof BalancinError || error instanceof DatabaseError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new BalancinError('DATABASE_UNAVAILABLE', `the database cannot be reached: ${words}`, {
    cause: error,
  });
}
