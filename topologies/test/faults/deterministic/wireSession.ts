/** A session of a simulated process over a real connection: each message waits at a gate, and may be cut, lost or held there. */
import type { Client, QueryResult } from 'pg';
import type { Session, SessionOptions } from '#pipelines/commit/session.js';
import type { Fate, Gates, Point, Process } from './gates.js';
import type { SplitMessage } from './mutation.js';
import { copySteps, pointsOf } from './wirePoints.js';
import type { WireOptions, Wires } from './wires.js';

function terminated(): Error {
  return new Error('Connection terminated unexpectedly');
}

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
    this.#wires.released(this);
    if (this.#used) await this.#options.gates().work(async () => await this.#wires.clear(real));
    else this.#wires.keep(real);
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
    if (typeof query === 'string') return this.#sendAll(query, values);
    // As pg's client tells rows that it cannot send any more.
    const rows = query as { handleError(error: Error): void };
    if (this.#real === null) queueMicrotask(() => rows.handleError(terminated()));
    else {
      this.#used = true;
      this.#real.client.query(query as never);
    }
    return query;
  }

  /** Of a message that a mutant sends in parts the answers, that of COMMIT last. */
  async #sendAll(text: string, values?: unknown[]): Promise<QueryResult | QueryResult[]> {
    const parts = this.#options.split?.(text);
    if (parts === undefined || parts === null) return await this.#send({ text, elsewhere: false }, values);
    const results: QueryResult[] = [];
    for (const part of parts) results.push(await this.#send(part, values));
    const [only, ...more] = results;
    if (only !== undefined && more.length === 0) return only;
    return results.sort((a, b) => Number(a.command === 'COMMIT') - Number(b.command === 'COMMIT'));
  }

  async #send(part: SplitMessage, values?: unknown[]): Promise<QueryResult> {
    this.#settleCopy();
    const gates = this.#options.gates();
    const point = pointsOf[this.#purpose].find(([pattern]) => pattern.test(part.text))?.[1];
    if (this.#real === null) throw terminated();
    const fate: Fate = point === undefined ? 'go' : await gates.pass(this.process, point);
    const real = this.#real as Session | null;
    if (real === null) throw terminated();
    if (fate === 'cut') {
      await this.release();
      throw terminated();
    }
    if (fate === 'late') {
      this.#real = null;
      this.#hold(real, point ?? 'commit fence', part, values);
      throw terminated();
    }
    this.#used = true;
    try {
      return await gates.work(async () => await this.#deliver(real, part, values));
    } finally {
      if (fate === 'deaf') {
        await this.release();
        // Whatever the server has said: nobody hears it.
        // oxlint-disable-next-line no-unsafe-finally
        throw terminated();
      }
      if (point === 'commit fence') await gates.pass(this.process, 'commit answer');
    }
  }

  async #deliver(real: Session, { text, elsewhere }: SplitMessage, values?: unknown[]): Promise<QueryResult> {
    let failure: unknown = null;
    try {
      if (elsewhere)
        return await this.#wires.elsewhere(async (other) => await other.client.query(text, values));
      return await real.client.query(text, values);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.#options.arrived(this.process, text, failure, values ?? []);
    }
  }

  #hold(real: Session, point: Point, part: SplitMessage, values?: unknown[]): void {
    this.#wires.hold(this, real);
    this.#options.held({
      process: this.process,
      point,
      deliver: async () => {
        const gates = this.#options.gates();
        await gates.work(async () => {
          await this.#deliver(real, part, values).catch(() => undefined);
          await this.#wires.clear(real);
        });
      },
    });
  }
}
