/** Starts the embedded PostgreSQL server: no installation, no root rights, loopback only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { hasExited, stopChild } from './childServer.js';
import { freePort, portInUse, requireFreePort } from './freePort.js';
import { findPostgresBinaries } from './postgresBinaries.js';
import { ensureCluster, serverEnv } from './postgresCluster.js';
import { openPostgresFolder, type PostgresFolder, sharedParent } from './postgresFolder.js';
import { findServerUser, type ServerUser } from './postgresUser.js';
import { endStalePostgres, ownerSetting, postgresStopSteps } from './stalePostgres.js';

export interface PostgresOptions {
  /** Folder of this server alone; made if missing. The same folder finds the same data again. */
  readonly dataDir: string;
  /** Loopback port; by default a free one. */
  readonly port?: number;
  /** false for tests: a crash of the machine may then corrupt the data. */
  readonly durable?: boolean;
  /** Made if missing, named in the URL. */
  readonly database?: string;
  /** More server settings, for benches and tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** User to run as when we are root; by default `postgres`, else `nobody`. */
  readonly user?: string;
}

export interface PostgresServer {
  /** Superuser's URL, with its password: not for logs. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Fast shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
}

const startMs = 60_000;
const startTriesMax = 10;
const retryMs = 300;
const logBytesMax = 8 * 1024 * 1024;

const commonSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // A schema a tenant: one commit may touch thousands of partitions (design, cells).
  max_locks_per_transaction: '256',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const volatileSettings = {
  // Commits still reach the operating system before they are acknowledged: killing the server loses none.
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/**
 * Errors: PORT_IN_USE, ALREADY_EXISTS (a living process uses the folder), MISSING_DEPENDENCY (no binaries, no user
 * to run as), INCOMPATIBLE (data of another major version), DATABASE_UNAVAILABLE (see the log it names).
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  try {
    return await start(options);
  } catch (error) {
    if (error instanceof BalancinError) throw error;
    // The disk: no right to write, no space, a file where a folder should be.
    const { message } = error as Error;
    throw new BalancinError(
      'DATABASE_UNAVAILABLE',
      `cannot start PostgreSQL in ${options.dataDir}: ${message}`,
      {
        cause: error,
      },
    );
  }
}

async function start(options: PostgresOptions): Promise<PostgresServer> {
  const durable = options.durable ?? true;
  const user = await findServerUser(options.user === undefined ? {} : { name: options.user });
  const binaries = await findPostgresBinaries(user);
  const folder = await openPostgresFolder(options.dataDir, user);
  await endStalePostgres(folder.pgdata);
  if (options.port !== undefined) await requireFreePort(options.port, 'PostgreSQL');
  await ensureCluster(folder, binaries, user, { durable });
  const settings = { ...commonSettings, ...(durable ? {} : volatileSettings), ...options.settings };
  for (let tries = 1; ; tries += 1) {
    const port = options.port ?? (await freePort());
    const child = await spawnPostgres(binaries.postgres, folder, user, { ...settings, port: String(port) });
    const stop = async (): Promise<void> => await stopChild(child, postgresStopSteps);
    try {
      const problem = await waitUntilReady(child, folder);
      if (problem === null) {
        const url = await ensureDatabase(folder.password, port, options.database ?? 'balancin');
        return { url, port, pid: child.pid ?? 0, stop };
      }
      await stop();
      if (!isPassing(problem) || (options.port !== undefined && isPortTaken(problem))) {
        throw failure(problem, folder, port);
      }
      if (tries === startTriesMax) throw failure(problem, folder, port);
      await sleep(retryMs);
    } catch (error) {
      await stop();
      throw error;
    }
  }
}

/** Ends what runs in the data folder, unless a living process uses it, and removes its data. */
export async function removePostgres(dataDir: string): Promise<void> {
  // A folder that was deleted by hand may have left its data elsewhere: they are found by its path.
  const own = await realpath(dataDir).catch(async () =>
    join(await realpath(dirname(dataDir)), basename(dataDir)),
  );
  for (const parent of [own, sharedParent(own)]) {
    await endStalePostgres(join(parent, 'pgdata'));
    await rm(parent, { recursive: true, force: true });
  }
}

/** A session of its own: Ctrl-C at the terminal must reach the workers first, whose last commit needs the server. */
async function spawnPostgres(
  program: string,
  folder: PostgresFolder,
  user: ServerUser | null,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const size = await stat(folder.log).catch(() => null);
  if (size !== null && size.size > logBytesMax) await rename(folder.log, `${folder.log}.old`);
  const log = await open(folder.log, 'a', 0o600);
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(program, ['-D', folder.pgdata, '-c', ownerSetting(process.pid), ...args], {
    cwd: '/',
    env: serverEnv(),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  });
  const end = (): void => void child.kill('SIGINT');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  child.once('error', () => process.off('exit', end));
  await log.close();
  return child;
}

/** null when it is ready, otherwise the last lines that it logged. */
async function waitUntilReady(child: ChildProcess, folder: PostgresFolder): Promise<string | null> {
  const failures: Error[] = [];
  child.once('error', (error) => failures.push(error));
  const deadlineMs = performance.now() + startMs;
  while (performance.now() < deadlineMs && failures.length === 0 && !hasExited(child)) {
    const lines = (await readFile(join(folder.pgdata, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return null;
    await sleep(20);
  }
  if (failures[0] !== undefined) return String(failures[0]);
  return (await readFile(folder.log, 'utf8')).trim().split('\n').slice(-6).join('\n');
}

const isPortTaken = (log: string): boolean => /could not bind|could not create any TCP/.test(log);

/** Taken ports, and memory of a server whose parent process was killed a moment ago. */
const isPassing = (log: string): boolean => isPortTaken(log) || log.includes('shared memory block');

function failure(log: string, folder: PostgresFolder, port: number): BalancinError {
  if (isPortTaken(log)) return portInUse(port, 'PostgreSQL');
  if (log.includes('lock file "postmaster.pid" already exists')) {
    return new BalancinError(
      'ALREADY_EXISTS',
      `another process has just started the database in ${folder.pgdata}`,
    );
  }
  const line =
    log.split('\n').findLast((text) => /FATAL|PANIC|ERROR|Error/.test(text)) ?? log.split('\n').at(-1);
  return new BalancinError(
    'DATABASE_UNAVAILABLE',
    `PostgreSQL did not start: ${line ?? ''} (see ${folder.log})`,
  );
}

async function ensureDatabase(password: string, port: number, database: string): Promise<string> {
  const base = `postgres://postgres:${password}@127.0.0.1:${port}`;
  const client = new Client({ connectionString: `${base}/postgres` });
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    return `${base}/${encodeURIComponent(database)}`;
  } catch (cause) {
    throw new BalancinError('DATABASE_UNAVAILABLE', `PostgreSQL started, but does not let us in`, { cause });
  } finally {
    await client.end();
  }
}
