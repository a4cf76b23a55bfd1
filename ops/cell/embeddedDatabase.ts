/** The PostgreSQL that a process without `DATABASE_URL` uses: its own embedded one, or that of a process already running. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { type PostgresServer, startPostgres } from '#ops/servers/postgres.js';

export interface OpenDatabase {
  readonly url: string;
  /** Ends the server where it is ours. */
  close(): Promise<void>;
}

/** A process that has the server has its address too, but for a moment at its start. */
const addressMs = 10_000;
const pollMs = 100;

/** Where the process that runs the server tells others its address; readable by its user alone. */
function addressFile(dataDir: string): string {
  return join(dataDir, 'postgres-address.json');
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Address of the embedded server that a process runs on this data folder; null where none answers. Starts nothing. */
export async function runningDatabase(dataDir: string): Promise<string | null> {
  const file = addressFile(dataDir);
  if (!existsSync(file)) return null;
  const { url } = JSON.parse(await readFile(file, 'utf8')) as { url?: unknown };
  return typeof url === 'string' && (await answers(url)) ? url : null;
}

/** Waits for the process that is just starting the server to say where it is. */
async function untilAddressed(dataDir: string): Promise<string | null> {
  const deadlineMs = performance.now() + addressMs;
  for (;;) {
    const url = await runningDatabase(dataDir);
    if (url !== null || performance.now() > deadlineMs) return url;
    await sleep(pollMs);
  }
}

/**
 * The server of a living process is used as it is, unless `own` asks for one of ours alone: then ALREADY_EXISTS. One
 * that outlived its process is ended and started again, so that somebody ends it.
 */
export async function openEmbeddedDatabase(
  dataDir: string,
  { own }: { readonly own: boolean },
): Promise<OpenDatabase> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  let server: PostgresServer;
  try {
    server = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  } catch (error) {
    if (own || !(error instanceof BalancinError) || error.code !== 'ALREADY_EXISTS') throw error;
    const url = await untilAddressed(dataDir);
    if (url === null) throw error;
    return { url, close: async () => {} };
  }
  const address = { url: server.url, pid: server.pid };
  await writeFile(addressFile(dataDir), JSON.stringify(address), { mode: 0o600 });
  return {
    url: server.url,
    async close() {
      await rm(addressFile(dataDir), { force: true });
      await server.stop();
    },
  };
}
