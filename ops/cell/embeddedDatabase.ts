/** The PostgreSQL that a process without `DATABASE_URL` uses: its own embedded one, or that of a process already running. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '#ops/servers/postgres.js';

export interface OpenDatabase {
  readonly url: string;
  /** Whether this process runs the server. */
  readonly own: boolean;
  /** Ends the server where it is ours. */
  close(): Promise<void>;
}

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

/** Address of an embedded server that another process runs on this data folder; null where none answers. */
export async function runningDatabase(dataDir: string): Promise<string | null> {
  const file = addressFile(dataDir);
  if (!existsSync(file)) return null;
  const { url } = JSON.parse(await readFile(file, 'utf8')) as { url?: unknown };
  return typeof url === 'string' && (await answers(url)) ? url : null;
}

export async function openEmbeddedDatabase(dataDir: string): Promise<OpenDatabase> {
  const running = await runningDatabase(dataDir);
  if (running !== null) return { url: running, own: false, close: async () => {} };
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const server = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  await writeFile(addressFile(dataDir), JSON.stringify({ url: server.url }), { mode: 0o600 });
  return {
    url: server.url,
    own: true,
    async close() {
      await rm(addressFile(dataDir), { force: true });
      await server.stop();
    },
  };
}
