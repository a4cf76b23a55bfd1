/** Sessions of simulated processes over real connections: each message waits at a gate, and may be cut, lost or held there. */
import type { Client, QueryResult } from 'pg';
import { openSession, type Session, type SessionOptions } from '#pipelines/commit/session.js';
import type { Fate, Gates, Point, Process } from './gates.js';

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
  readonly arrived: (process: Process, text: string, error: unknown) => Promise<void>;
  readonly held: (message: HeldMessage) => void;
  /** For mutants: what is sent in the place of a message. */
  readonly rewrite?: (text: string) => string;
}

/** Real connections are kept from schedule to schedule: making one costs as much as a commit. */
export class Wires {
  readonly #options: WireOptions;
  readonly #idle: Session[] = [];
  readonly #open = new Set<WireSession>();

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

  async forgetAll(): Promise<void> {
    for (const session of this.#open) await session.release();
  }

  async close(): Promise<void> {
    await this.forgetAll();
    for (const session of this.#idle.splice(0)) await session.end();
  }

  released(session: WireSession, real: Session): void {
    this.#open.delete(session);
    if (real.lost) real.destroy();
    else this.#idle.push(real);
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

function terminated(): Error {
  return new Error('Connection terminated unexpectedly');
}

/** Points by the purpose of a session and what its message begins with. */
const pointsOf: Readonly<Record<SessionOptions['purpose'], readonly (readonly [RegExp, Point])[]>> = {
  commit: [
    [/balancin\.advance/, 'commit fence'],
    [/^ROLLBACK/, 'rollback'],
  ],
  control: [
    [/claim_task/, 'claim'],
    [/^BEGIN/, 'restore begin'],
    [/FROM balancin\.task/, 'restore task'],
    [/operator_state/, 'restore read'],
    [/^COMMIT/, 'restore end'],
    [/^ROLLBACK/, 'rollback'],
  ],
  compact: [
    [/fold_state/, 'fold write'],
    [/operator_state/, 'fold read'],
  ],
  relay: [
    [/pg_try_advisory_lock/, 'relay lock'],
    [/pg_advisory_unlock/, 'relay unlock'],
    [/^DELETE/, 'relay delete'],
    [/FROM balancin\.outbox/, 'relay read'],
  ],
  watch: [],
};

const copySteps: Readonly<Record<string, Point>> = {
  begin: 'commit begin',
  rows: 'commit rows',
  state: 'commit state',
  outbox: 'commit outbox',
};

export class WireSession implements Session {
  readonly client: Client;
  readonly process: Process;
  readonly #wires: Wires;
  readonly #options: WireOptions;
  readonly #purpose: SessionOptions['purpose'];
  #real: Session | null;
  #used = false;
  /** Rows are under way to the server: what ends them is the next message. */
  #copying: Gates | null = null;

  constructor(
    wires: Wires,
    options: WireOptions,
    process: Process,
    purpose: SessionOptions['purpose'],
    real: Session,
  ) {
    this.#wires = wires;
    this.#options = options;
    this.process = process;
    this.#purpose = purpose;
    this.#real = real;
    const facade = Object.create(real.client) as Client;
    facade.query = ((query: unknown, values?: unknown[]) => this.#query(query, values)) as Client['query'];
    this.client = facade;
  }

  get pid(): number {
    return this.#real?.pid ?? 0;
  }

  get lost(): boolean {
    return this.#real === null;
  }

  /** A fold that ended in order leaves nothing open. */
  async end(): Promise<void> {
    if (this.#purpose === 'compact') this.#used = false;
    await this.release();
  }

  destroy(): void {
    void this.release();
  }

  /** The server ends what was open, as it does when a connection goes. */
  async release(): Promise<void> {
    this.#settleCopy();
    const real = this.#real;
    if (real === null) return;
    this.#real = null;
    if (this.#used) {
      await this.#options.gates().work(async () => {
        await real.client.query('ROLLBACK; SELECT pg_advisory_unlock_all()');
      });
    }
    this.#wires.released(this, real);
  }

  /** Before each step of a commit; the fence's own gate is that of its message. */
  async step(step: string): Promise<void> {
    this.#settleCopy();
    const point = copySteps[step];
    if (point === undefined || this.lost) return;
    const gates = this.#options.gates();
    if ((await gates.pass(this.process, point)) === 'cut') await this.release();
    else if (point !== 'commit begin') {
      gates.begin();
      this.#copying = gates;
    }
  }

  #settleCopy(): void {
    this.#copying?.end();
    this.#copying = null;
  }

  #query(query: unknown, values?: unknown[]): unknown {
    if (typeof query === 'string') return this.#send(query, values);
    // As pg tells whatever was submitted to a client that has lost its connection.
    const submitted = query as { handleError(error: Error): void };
    if (this.#real === null) queueMicrotask(() => submitted.handleError(terminated()));
    else {
      this.#used = true;
      this.#real.client.query(query as never);
    }
    return query;
  }

  async #send(text: string, values?: unknown[]): Promise<QueryResult> {
    this.#settleCopy();
    const gates = this.#options.gates();
    const point = pointsOf[this.#purpose].find(([pattern]) => pattern.test(text))?.[1];
    if (this.#real === null) throw terminated();
    const fate: Fate = point === undefined ? 'go' : await gates.pass(this.process, point);
    const real = this.#real as Session | null;
    if (real === null) throw terminated();
    const sent = this.#options.rewrite?.(text) ?? text;
    if (fate === 'cut') {
      await this.release();
      throw terminated();
    }
    if (fate === 'late') {
      this.#real = null;
      this.#hold(real, point ?? 'commit fence', text, sent, values);
      throw terminated();
    }
    try {
      this.#used = true;
      const result = await gates.work(async () => await this.#deliver(real, text, sent, values));
      if (fate === 'deaf') {
        await this.release();
        throw terminated();
      }
      if (point === 'commit fence') await gates.pass(this.process, 'commit answer');
      return result;
    } catch (error) {
      if (fate !== 'deaf' || this.#real === null) throw error;
      await this.release();
      throw terminated();
    }
  }

  async #deliver(real: Session, text: string, sent: string, values?: unknown[]): Promise<QueryResult> {
    let failure: unknown = null;
    try {
      return await real.client.query(sent, values);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.#options.arrived(this.process, text, failure);
    }
  }

  #hold(real: Session, point: Point, text: string, sent: string, values?: unknown[]): void {
    this.#options.held({
      process: this.process,
      point,
      deliver: async () => {
        const gates = this.#options.gates();
        await gates.work(async () => {
          await this.#deliver(real, text, sent, values).catch(() => undefined);
          await real.client.query('ROLLBACK; SELECT pg_advisory_unlock_all()');
          this.#wires.released(this, real);
        });
      },
    });
  }
}
