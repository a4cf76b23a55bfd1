/** Connections to PostgreSQL, with a limit on every wait. */
import { Client, type ClientConfig, Pool } from 'pg';
import { connectError } from './connectError.js';
import { typeParsers } from './typeParsers.js';

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

const poolDefaults = {
  connectionsMax: 4,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 60_000,
  /** A transaction left open by a hanging process holds locks and keeps vacuum from its work. */
  idleInTransactionTimeoutMs: 60_000,
  idleTimeoutMs: 30_000,
};

function clientConfig(options: PoolOptions): ClientConfig {
  const config: ClientConfig = {
    connectionString: options.databaseUrl,
    application_name: options.name ?? 'balancin',
    connectionTimeoutMillis: poolDefaults.connectTimeoutMs,
    idle_in_transaction_session_timeout: poolDefaults.idleInTransactionTimeoutMs,
    statement_timeout: options.statementTimeoutMs ?? poolDefaults.statementTimeoutMs,
    keepAlive: true,
    types: typeParsers,
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
