/** One connection to the database, set up for the workers' part: role, timeouts, a name to be told by. */
import { Socket } from 'node:net';
import { Client } from 'pg';
import { workerRole } from '#pipelines/database/tenantNames.js';

/** First part of every session's application name: whoever must end a blocker ends only those. */
export const sessionNamePrefix = 'balancin-worker';

export interface SessionOptions {
  readonly databaseUrl: string;
  /** What the session is for, seen in pg_stat_activity. */
  readonly purpose: 'commit' | 'control' | 'compact' | 'relay' | 'watch';
  readonly connectTimeoutMs: number;
  /** How long a statement waits for a lock before 55P03. */
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export interface Session {
  readonly client: Client;
  readonly pid: number;
  /** The connection is gone: nothing more can be asked. */
  readonly lost: boolean;
  end(): Promise<void>;
  /** Cuts the connection at once, answered or not. */
  destroy(): void;
}

/** How sessions are opened: by `openSession`, but in tests that cut, hold and lose what goes over them. */
export type OpenSession = (options: SessionOptions) => Promise<Session>;

/** Statements run as `balancin_worker` where the login is a member of it, so that least privilege is exercised everywhere. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const socket = new Socket();
  const client = new Client({
    connectionString: options.databaseUrl,
    application_name: `${sessionNamePrefix} ${options.purpose}`,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => socket,
  });
  let lost = false;
  const gone = (): void => {
    lost = true;
  };
  client.on('error', gone);
  client.on('end', gone);
  const destroy = (): void => {
    lost = true;
    socket.destroy();
  };
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid,
              set_config('lock_timeout', $1, false),
              set_config('statement_timeout', $2, false),
              set_config('idle_in_transaction_session_timeout', $2, false),
              set_config('search_path', 'pg_catalog', false),
              set_config('timezone', 'UTC', false),
              (SELECT set_config('role', rolname, false) FROM pg_roles
               WHERE rolname = $3 AND pg_has_role(session_user, oid, 'MEMBER') AND $4)`,
      [
        String(options.lockTimeoutMs),
        String(options.statementTimeoutMs),
        workerRole,
        options.purpose !== 'watch',
      ],
    );
    return {
      client,
      pid: rows[0]?.pid ?? 0,
      get lost() {
        return lost;
      },
      async end() {
        if (lost) destroy();
        else await client.end();
      },
      destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  }
}
