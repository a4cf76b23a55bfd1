/** One connection to the embedded log's database: opened when first used, opened anew after it broke. */
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';

/** SQLSTATE classes that pass by themselves: connection, rollback, resources, operator intervention, lock not available. */
const passingClasses = new Set(['08', '40', '53', '57', '55']);

export class LogConnection {
  readonly #databaseUrl: string;
  readonly #name: string;
  #client: Promise<Client> | null = null;
  #before: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(databaseUrl: string, name: string) {
    this.#databaseUrl = databaseUrl;
    this.#name = name;
  }

  /** Rows as arrays, in the order of the statement's columns. Statements run one after another. */
  async rows(text: string, values: unknown[]): Promise<unknown[][]> {
    const answer = this.#before.then(() => this.#run(text, values));
    this.#before = answer.catch(() => {});
    return await answer;
  }

  async #run(text: string, values: unknown[]): Promise<unknown[][]> {
    const client = await this.#open();
    try {
      const result = await client.query<unknown[]>({ text, values, rowMode: 'array' });
      return result.rows;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async close(): Promise<void> {
    await this.#before;
    this.#closed = true;
    const opening = this.#client;
    this.#client = null;
    if (opening === null) return;
    const client = await opening.catch(() => null);
    await client?.end().catch(() => {});
  }

  async #open(): Promise<Client> {
    if (this.#closed) throw new BalancinError('BUG', `${this.#name} was used after it was closed`);
    if (this.#client === null) {
      const opening = this.#connect(() => {
        if (this.#client === opening) this.#client = null;
      });
      this.#client = opening;
    }
    const opening = this.#client;
    try {
      return await opening;
    } catch (error) {
      if (this.#client === opening) this.#client = null;
      throw this.#explain(error);
    }
  }

  async #connect(onLost: () => void): Promise<Client> {
    const client = new Client({
      connectionString: this.#databaseUrl,
      application_name: this.#name,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      // A role or database may have turned it off; here 'appended' means durable.
      options: '-c synchronous_commit=on -c statement_timeout=30000',
    });
    client.on('error', onLost);
    client.on('end', onLost);
    await client.connect();
    return client;
  }

  #explain(error: unknown): BalancinError {
    if (error instanceof BalancinError) return error;
    const code = codeOf(error);
    const context = { connection: this.#name, code };
    if (code === '42P01' || code === '42883' || code === '3F000') {
      return new BalancinError('NOT_FOUND', 'the database has no event log: run `balancin migrate`', {
        cause: error,
        context,
      });
    }
    // SQLSTATE has 5 characters; anything else comes from the socket.
    if (code === null || code.length !== 5 || passingClasses.has(code.slice(0, 2))) {
      return new BalancinError('LOG_UNAVAILABLE', 'the event log in PostgreSQL cannot be reached', {
        cause: error,
        context,
      });
    }
    return new BalancinError('BUG', `the event log's database refused a statement (${code})`, {
      cause: error,
      context,
    });
  }
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
