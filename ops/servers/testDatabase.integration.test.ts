import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { isAlive } from './childServer.js';
import { removePostgres } from './postgres.js';
import { testDatabase } from './testDatabase.js';
import { findTestServer, type KeptServer, keptServerFile, testServerVariable } from './testServer.js';
import type { TemplateRecipe } from './testTemplate.js';

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

/** Stands in for a test of another test file: its own teardown, carried out by `end`. */
function otherTest(): { t: ExecutionContext; end(): Promise<void> } {
  const teardowns: (() => unknown)[] = [];
  const t = { teardown: (fn: () => unknown) => teardowns.push(fn) } as unknown as ExecutionContext;
  return {
    t,
    async end() {
      for (const teardown of teardowns.reverse()) await teardown();
    },
  };
}

/** A keeper that came late may have started after the first had ended: it ends by itself, unused. */
async function removeOnceUnused(folder: string): Promise<void> {
  for (;;) {
    try {
      await removePostgres(folder);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'ALREADY_EXISTS') throw error;
      await sleep(200);
    }
  }
}

test('two tests share no table', async (t) => {
  const [one, other] = [await testDatabase(t), await testDatabase(t)];
  await query(one.url, 'CREATE TABLE mine (n int)');
  t.deepEqual(await query(other.url, "SELECT to_regclass('mine')"), [[null]]);
});

test('a database is gone when its test has ended', async (t) => {
  const other = otherTest();
  const { url } = await testDatabase(other.t);
  await query(url, 'SELECT 1');
  await other.end();
  await t.throwsAsync(query(url, 'SELECT 1'), { message: /does not exist/ });
});

test('a connection left open fails its test, by name', async (t) => {
  const other = otherTest();
  const { url } = await testDatabase(other.t);
  const client = new Client({ connectionString: url, application_name: 'forgetful' });
  client.on('error', () => undefined);
  await client.connect();
  await t.throwsAsync(other.end(), { message: /left open.*forgetful/ });
});

test('a template is built once, however many need it at once, and again when its recipe changes', async (t) => {
  let built = 0;
  const recipe = (version: string): TemplateRecipe => ({
    name: 'counted',
    fingerprint: async () => `${process.pid} ${version}`,
    async build(url) {
      built += 1;
      await query(url, `CREATE TABLE built AS SELECT '${version}' AS version`);
    },
  });
  const databases = await Promise.all(
    ['a', 'a', 'a', 'b'].map(async (version) => await testDatabase(t, { template: recipe(version) })),
  );
  const versions = await Promise.all(
    databases.map(async ({ url }) => await query(url, 'SELECT version FROM built')),
  );
  t.deepEqual(versions, [[['a']], [['a']], [['a']], [['b']]]);
  t.is(built, 2);
});

test('a template whose building failed is built anew', async (t) => {
  let tries = 0;
  const template: TemplateRecipe = {
    name: 'failing',
    fingerprint: async () => String(process.pid),
    async build(url) {
      tries += 1;
      await query(url, 'CREATE TABLE built (n int)');
      if (tries === 1) throw new Error('first time');
    },
  };
  await t.throwsAsync(testDatabase(t, { template }), { message: 'first time' });
  const { url } = await testDatabase(t, { template });
  t.deepEqual(await query(url, 'SELECT count(*)::int FROM built'), [[0]]);
});

test.serial('processes that start at once share one server, which ends after the last of them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-test-server-'));
  await chmod(folder, 0o755);
  t.teardown(async () => {
    await removeOnceUnused(folder);
    await rm(folder, { recursive: true, force: true });
  });
  const code = `
    const { findTestServer } = await import(process.argv[2]);
    process.send(await findTestServer(process.argv[3]));
    process.disconnect();
  `;
  const script = join(folder, 'join.mjs');
  await writeFile(script, code);
  const module = new URL('./testServer.js', import.meta.url).href;
  const env = { ...process.env, [testServerVariable]: '' };
  const urls = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = fork(script, [module, folder], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const [url] = (await once(child, 'message')) as [string];
      return url;
    }),
  );
  t.is(new Set(urls).size, 1);
  const { keeperPid } = JSON.parse(await readFile(keptServerFile(folder), 'utf8')) as KeptServer;
  process.kill(keeperPid, 'SIGTERM');
  while (isAlive(keeperPid)) await sleep(50);
  await t.throwsAsync(query(String(urls[0]), 'SELECT 1'), { code: 'ECONNREFUSED' });
});

test.serial('a server handed over by the runner is taken as it is', async (t) => {
  const given = process.env[testServerVariable];
  process.env[testServerVariable] = 'postgres://given';
  t.teardown(() => {
    if (given === undefined) delete process.env[testServerVariable];
    else process.env[testServerVariable] = given;
  });
  t.is(await findTestServer(), 'postgres://given');
});
