/**
 * Which process works on an embedded log: the one whose session holds an advisory lock. No part of what is right (the fence
 * is), only of what is quick: two that share the tasks take them from each other all the time.
 *
 *   asking ──► held ──connection lost──► asking
 *      └──► taken by another ──(looks again)──► held
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hostname } from 'node:os';
import { Client } from 'pg';
import type { WorkerLog } from './workerLog.js';

export interface PoolLeaseOptions {
  readonly databaseUrl: string;
  /** Processes of one name exclude each other. */
  readonly name: string;
  readonly log: WorkerLog;
  /** The lock is ours. Called again after a connection that was lost. */
  held(): void;
  /** Another process has it; `by` names it for a person. */
  taken(by: string): void;
  readonly lookAgainMs?: number;
}

export interface PoolLease {
  close(): Promise<void>;
}

/** Any number that nothing else uses as the first half of an advisory lock. */
const poolLock = 81_002;
const lookAgainMsDefault = 1_000;
const connectTimeoutMs = 5_000;
const applicationName = 'balancin pool';

const holderStatement = `SELECT a.application_name AS name, a.backend_start AS since
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.classid = $1 AND l.objid = (hashtext($2)::int8 & 4294967295)::oid AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** While the database is away nothing is called: who held the lock goes on waiting for it with its threads. */
export function takePoolLease(options: PoolLeaseOptions): PoolLease {
  const { log, lookAgainMs = lookAgainMsDefault } = options;
  const closing = new AbortController();
  let client: Client | null = null;
  let takenBy: string | null = null;

  async function connect(): Promise<Client> {
    const made = new Client({
      connectionString: options.databaseUrl,
      application_name: `${applicationName} ${hostname()}/${process.pid}`,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    made.on('error', () => undefined);
    await made.connect();
    return made;
  }

  async function tryTake(on: Client): Promise<boolean> {
    const { rows } = await on.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held',
      [poolLock, options.name],
    );
    return rows[0]?.held === true;
  }

  async function holder(on: Client): Promise<string> {
    const { rows } = await on.query<{ name: string }>(holderStatement, [poolLock, options.name]);
    return `process ${rows[0]?.name.slice(applicationName.length + 1) ?? 'of another'}`;
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        client = await connect();
        const lost = new Promise<void>((resolve) => client?.once('end', () => resolve()));
        while (!closing.signal.aborted && !(await tryTake(client))) {
          const by = await holder(client);
          if (by !== takenBy) {
            takenBy = by;
            log.warn({ by }, `${by} works on this embedded log: standing by`);
            options.taken(by);
          }
          await sleep(lookAgainMs, undefined, { signal: closing.signal }).catch(() => undefined);
        }
        if (closing.signal.aborted) break;
        takenBy = null;
        options.held();
        await lost;
      } catch {
        // Away, or restarting: whoever needs the database says so.
      }
      client?.end().catch(() => undefined);
      client = null;
      await sleep(lookAgainMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort();
      const open = client;
      await open?.end().catch(() => undefined);
      await running;
    },
  };
}
