/** Gives all test processes of a checkout one PostgreSQL server to share. */
import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { hasExited, isAlive } from './childServer.js';
import { projectFolder } from './projectFolder.js';

/** The runner hands the server to test processes in this variable. */
export const testServerVariable = 'BALANCIN_TEST_DATABASE_URL';

/** What the keeper writes for those who look for its server; 0600, since the URL holds the password. */
export interface KeptServer {
  readonly url: string;
  readonly keeperPid: number;
}

export const keptServerFile = (folder: string): string => join(folder, 'server.json');

const joinMs = 60_000;
const pollMs = 50;
const leaveMs = 15_000;

/**
 * For the test runner: the shared server's superuser URL, to be put in BALANCIN_TEST_DATABASE_URL. Holds the
 * server until stop(), which ends it at once unless another process uses it still.
 */
export async function startTestServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = projectFolder('test-postgres');
  const { server, lease } = await joinKept(folder);
  return {
    url: server.url,
    async stop() {
      await lease.end();
      if (isAlive(server.keeperPid)) process.kill(server.keeperPid, 'SIGTERM');
      const deadlineMs = performance.now() + leaveMs;
      while (isAlive(server.keeperPid) && performance.now() < deadlineMs) await sleep(pollMs);
    },
  };
}

/** URL of the server to use: the runner's, else the kept one, which is started where it does not run. */
export async function findTestServer(folder = projectFolder('test-postgres')): Promise<string> {
  const given = process.env[testServerVariable];
  if (given !== undefined && given !== '') return given;
  const { server, lease } = await joinKept(folder);
  await lease.end();
  return server.url;
}

/** The lease is a connection: the keeper ends the server once nobody has had one for a while. */
async function joinKept(folder: string): Promise<{ server: KeptServer; lease: Client }> {
  const deadlineMs = performance.now() + joinMs;
  let keeper = null;
  while (performance.now() < deadlineMs) {
    const server = await readKept(folder);
    const lease = server === null ? null : await connect(server.url);
    if (server !== null && lease !== null) return { server, lease };
    // Of several keepers started at once all but one give up: the data folder admits a single server.
    if (keeper === null || hasExited(keeper)) keeper = await spawnKeeper(folder);
    await sleep(pollMs);
  }
  throw new BalancinError(
    'DATABASE_UNAVAILABLE',
    `the test server in ${folder} does not start (see ${join(folder, 'keeper.log')})`,
  );
}

async function readKept(folder: string): Promise<KeptServer | null> {
  const text = await readFile(keptServerFile(folder), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as KeptServer);
}

async function connect(url: string): Promise<Client | null> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    // An error on an idle lease is the server's end, which the next query tells.
    client.on('error', () => undefined);
    return client;
  } catch {
    await client.end();
    return null;
  }
}

async function spawnKeeper(folder: string) {
  await mkdir(folder, { recursive: true });
  const log = await open(join(folder, 'keeper.log'), 'w', 0o600);
  const keeper = spawn(
    process.execPath,
    [fileURLToPath(new URL('./testServerKeeper.js', import.meta.url)), folder],
    { detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  keeper.unref();
  await log.close();
  return keeper;
}
