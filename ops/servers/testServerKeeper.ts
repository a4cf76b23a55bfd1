/** The process that keeps the shared test server while test processes use it, then ends it. Argument: its folder. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { type PostgresServer, removePostgres, startPostgres } from './postgres.js';
import { type KeptServer, keptServerFile } from './testServer.js';

const pollMs = 250;
/** Longer than the pause between two test files, short enough that nobody finds a forgotten server. */
const idleMs = 10_000;

/** Connections of anybody else: test processes and what they test. */
const usersSql = `SELECT count(*)::int AS users FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

async function keep(folder: string): Promise<void> {
  let limitMs = idleMs;
  process.on('SIGTERM', () => {
    limitMs = 0;
  });
  const server = await start(folder);
  if (server === null) return;
  const client = new Client({ connectionString: server.url });
  const file = keptServerFile(folder);
  try {
    await client.connect();
    client.on('error', () => undefined);
    await dropLeftovers(client);
    const kept: KeptServer = { url: server.url, keeperPid: process.pid };
    await writeFile(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
    await rename(`${file}.new`, file);
    let lastUsedMs = performance.now();
    for (;;) {
      await sleep(pollMs);
      if ((await countUsers(client)) > 0) lastUsedMs = performance.now();
      else if (performance.now() - lastUsedMs >= limitMs) break;
    }
    // Who has read the file by now connects within a poll, and keeps the server.
    await rm(file, { force: true });
    do await sleep(pollMs);
    while ((await countUsers(client)) > 0);
    await client.end();
  } finally {
    await rm(file, { force: true });
    await server.stop();
  }
}

/** null where another keeper has it. Data that a crash of the machine spoiled (it runs without fsync) are made anew. */
async function start(folder: string): Promise<PostgresServer | null> {
  const options = { dataDir: folder, durable: false, settings: { max_connections: '300' } };
  try {
    return await startPostgres(options);
  } catch (error) {
    if (!(error instanceof BalancinError)) throw error;
    if (error.code === 'ALREADY_EXISTS') return null;
    if (error.code !== 'DATABASE_UNAVAILABLE') throw error;
    console.log(error.message);
    await removePostgres(folder);
    return await startPostgres(options);
  }
}

async function countUsers(client: Client): Promise<number> {
  return (await client.query<{ users: number }>(usersSql)).rows[0]?.users ?? 0;
}

/** What killed test processes left; templates are made anew, roles belong to the whole server. */
async function dropLeftovers(client: Client): Promise<void> {
  const databases = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'test\\_%' OR datname LIKE 'faults\\_%'`,
  );
  for (const { name } of databases.rows) {
    const quoted = client.escapeIdentifier(name);
    await client.query(`ALTER DATABASE ${quoted} IS_TEMPLATE false`);
    await client.query(`DROP DATABASE ${quoted}`);
  }
  const roles = await client.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> current_user`,
  );
  for (const { name } of roles.rows) await client.query(`DROP ROLE ${client.escapeIdentifier(name)}`);
}

await keep(process.argv[2] ?? '');
