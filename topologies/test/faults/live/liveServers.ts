/** Starts the real servers of a run: brokers and a database that can be crashed and started again. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isAlive } from '#ops/servers/childServer.js';
import { type KafkaServer, startKafka } from '#ops/servers/kafka.js';
import { type PostgresServer, removePostgres, startPostgres } from '#ops/servers/postgres.js';
import { projectFolder } from '#ops/servers/projectFolder.js';

export interface CrashableDatabase {
  /** Superuser's; the port stays the same over crashes. */
  readonly url: string;
  readonly port: number;
  /** Immediate shutdown: every connection is cut, the next start recovers from the log. Resolves when it is back. */
  crash(): Promise<void>;
  /** Waits until it takes connections; starts it where it has given up by itself. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCrashableDatabase(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<CrashableDatabase> {
  const options = { dataDir, durable: false, settings: { max_connections: '300', ...settings } };
  let server: PostgresServer = await startPostgres(options);
  const { url, port } = server;
  const crash = async (): Promise<void> => {
    if (isAlive(server.pid)) process.kill(server.pid, 'SIGQUIT');
    await server.stop();
    server = await startPostgres({ ...options, port });
  };
  return {
    url,
    port,
    crash,
    async revive() {
      const deadlineMs = performance.now() + reviveMsMax;
      while (!(await takesConnections(url))) {
        if (isAlive(server.pid) && performance.now() < deadlineMs) await sleep(100);
        else await crash();
      }
    },
    async stop() {
      await server.stop();
      await removePostgres(dataDir);
    },
  };
}

/** A server that recovers by itself is given this long. */
const reviveMsMax = 10_000;

async function takesConnections(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** Where a run keeps its servers' data and its rounds' logs: a folder a process, of those that are gone removed. */
export async function openRunFolder(): Promise<string> {
  const all = projectFolder('faults');
  for (const name of await readdir(all).catch(() => [])) {
    const old = join(all, name);
    if (/^\d+$/.test(name) && !isAlive(Number(name))) {
      await removePostgres(join(old, 'postgres')).catch(() => undefined);
      await rm(join(old, 'postgres'), { recursive: true, force: true });
      await rm(join(old, 'kafka'), { recursive: true, force: true });
    }
  }
  const folder = join(all, String(process.pid));
  await mkdir(folder, { recursive: true });
  return folder;
}

export async function startBrokers(folder: string, brokers: 1 | 3): Promise<KafkaServer> {
  return await startKafka({
    dir: join(folder, 'kafka'),
    brokers,
    quick: true,
    heapMb: brokers === 1 ? 512 : 384,
  });
}
