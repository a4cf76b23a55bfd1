/** Real connections, lent to the sessions of simulated processes. */
import { openSession, type Session, type SessionOptions } from '#pipelines/commit/session.js';
import type { Gates, Point, Process } from './gates.js';
import type { SplitMessage } from './mutation.js';
import { WireSession } from './wireSession.js';

/** A message that its sender takes for lost, and that will arrive. */
export interface HeldMessage {
  readonly process: Process;
  readonly point: Point;
  /** Sends it now. */
  deliver(): Promise<void>;
}

export interface WireOptions {
  readonly databaseUrl: string;
  readonly gates: () => Gates;
  /** A message went through: what it was, whose, and the server's error if there was one. */
  readonly arrived: (
    process: Process,
    text: string,
    error: unknown,
    values: readonly unknown[],
  ) => Promise<void>;
  readonly held: (message: HeldMessage) => void;
  /** For mutants: what is sent in the place of a message. */
  readonly split?: (text: string) => readonly SplitMessage[] | null;
}

/** Real connections are kept from schedule to schedule: making one costs as much as a commit. */
export class Wires {
  readonly #options: WireOptions;
  readonly #idle: Session[] = [];
  readonly #open = new Set<WireSession>();
  readonly #withHeld = new Set<Session>();

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** As `openSession`, for one process. */
  opener(process: Process): (options: SessionOptions) => Promise<Session> {
    return async (options) => {
      const gates = this.#options.gates();
      const fate = await gates.pass(process, 'connect');
      if (fate === 'cut') throw refused();
      const real = this.#idle.pop() ?? (await gates.work(async () => await this.#connect()));
      const session = new WireSession(this, this.#options, process, options.purpose, real);
      this.#open.add(session);
      return session;
    };
  }

  /** The server has noticed that these processes are gone. */
  async forget(process: Process): Promise<void> {
    for (const session of this.#open) if (session.process === process) await session.release();
  }

  /** Also of messages that never arrived. */
  async forgetAll(): Promise<void> {
    for (const session of this.#open) await session.release();
    for (const real of this.#withHeld) await this.clear(real);
  }

  /** A connection that only the network has still. */
  hold(session: WireSession, real: Session): void {
    this.#open.delete(session);
    this.#withHeld.add(real);
  }

  /** Ends what was open over a connection, and keeps it for the next session. */
  async clear(real: Session): Promise<void> {
    await real.client.query('ROLLBACK; SELECT pg_advisory_unlock_all()');
    this.keep(real);
  }

  keep(real: Session): void {
    this.#withHeld.delete(real);
    if (real.lost) real.destroy();
    else this.#idle.push(real);
  }

  async close(): Promise<void> {
    await this.forgetAll();
    for (const session of this.#idle.splice(0)) await session.end();
  }

  released(session: WireSession): void {
    this.#open.delete(session);
  }

  /** Another connection for a moment. */
  async elsewhere<T>(work: (real: Session) => Promise<T>): Promise<T> {
    const real = this.#idle.pop() ?? (await this.#connect());
    try {
      return await work(real);
    } finally {
      this.#idle.push(real);
    }
  }

  #connect(): Promise<Session> {
    return openSession({
      databaseUrl: this.#options.databaseUrl,
      purpose: 'commit',
      connectTimeoutMs: 10_000,
      lockTimeoutMs: 5_000,
      statementTimeoutMs: 60_000,
    });
  }
}

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}
