/** Connections to PostgreSQL: with limits on every wait, and numbers that cannot lose digits unseen. */
import { Client, type ClientConfig, type CustomTypesConfig, Pool, types as pgTypes } from 'pg';
import { BalancinError } from '#schemas/errors.js';

export interface PoolOptions {
  readonly databaseUrl: string;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
  /** Become this role on connecting (`tenantNames.ts`): the login must be a member of it. */
  readonly role?: string;
  readonly connectionsMax?: number;
  /** A statement that takes longer is ended by the server; 0 lets it run. */
  readonly statementTimeoutMs?: number;
}

export const poolDefaults = {
  connectionsMax: 4,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 60_000,
  /** A transaction left open by a hanging process holds locks and keeps vacuum from its work. */
  idleInTransactionTimeoutMs: 60_000,
  idleTimeoutMs: 30_000,
};

const int8Oid = 20;
const int8ArrayOid = 1016;

function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new BalancinError('BUG', `the database sent the integer ${text}, which a number cannot hold`);
}

/** Of one dimension: `{1,NULL,3}`. */
function parseInt8Array(text: string): (number | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : parseInt8(item)));
}

/** int8 as a number (throws beyond 2^53), arrays of it too; all else as pg does. */
const types: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === int8Oid) return parseInt8;
    if (format !== 'binary' && oid === int8ArrayOid) return parseInt8Array;
    return pgTypes.getTypeParser(oid, format);
  },
};

export function clientConfig(options: PoolOptions): ClientConfig {
  const config: ClientConfig = {
    connectionString: options.databaseUrl,
    application_name: options.name ?? 'balancin',
    connectionTimeoutMillis: poolDefaults.connectTimeoutMs,
    idle_in_transaction_session_timeout: poolDefaults.idleInTransactionTimeoutMs,
    statement_timeout: options.statementTimeoutMs ?? poolDefaults.statementTimeoutMs,
    keepAlive: true,
    types,
  };
  return options.role === undefined ? config : { ...config, options: `-c role=${options.role}` };
}

/** Whoever makes it ends it. Errors of idle connections are the pool's own business: the next caller gets a new one. */
export function createPool(options: PoolOptions): Pool {
  const pool = new Pool({
    ...clientConfig(options),
    max: options.connectionsMax ?? poolDefaults.connectionsMax,
    idleTimeoutMillis: poolDefaults.idleTimeoutMs,
    allowExitOnIdle: false,
  });
  pool.on('error', () => {});
  return pool;
}

/** One connection for a piece of work. Throws DATABASE_UNAVAILABLE where there is no server, AUTHENTICATION where it refuses us. */
export async function withClient<T>(options: PoolOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(clientConfig(options));
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw connectError(cause, options.databaseUrl);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function connectError(cause: unknown, databaseUrl: string): BalancinError {
  const where = addressOf(databaseUrl);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === '28P01' || code === '28000')
    return new BalancinError(
      'AUTHENTICATION',
      `PostgreSQL at ${where} refuses the user or password of DATABASE_URL`,
      { cause },
    );
  if (code === '3D000')
    return new BalancinError(
      'NOT_FOUND',
      `PostgreSQL at ${where} has no such database: create it, or correct DATABASE_URL`,
      { cause },
    );
  return new BalancinError(
    'DATABASE_UNAVAILABLE',
    `PostgreSQL at ${where} cannot be reached: start it, or correct DATABASE_URL`,
    { cause },
  );
}

/** Host, port and database, never the password. */
function addressOf(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    return `${url.hostname}:${url.port === '' ? '5432' : url.port}${url.pathname}`;
  } catch {
    return 'the configured address';
  }
}
