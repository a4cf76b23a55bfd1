import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import mqtt from 'mqtt';
import { Client } from 'pg';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { removePostgres } from '#ops/servers/postgres.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { commands } from './commands.js';

const launcher = fileURLToPath(import.meta.resolve('#ops/cli/balancin.js').replace('/dist/', '/'));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly problems: string;
}

interface Started {
  readonly child: ChildProcess;
  text(): string;
  outcome(): Promise<Outcome>;
}

type Env = Record<string, string>;

function start(t: ExecutionContext, args: readonly string[], env: Env = {}, cwd?: string): Started {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: cwd ?? mkdtempSync(join(tmpdir(), 'balancin-cli-')),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let problems = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    problems += chunk.toString('utf8');
  });
  const closed = once(child, 'close').then(([code]) => ({ code: code as number | null, out, problems }));
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await closed;
  });
  return { child, text: () => out, outcome: () => closed };
}

/** One that the server's user may enter, so that all of its data is inside; it goes with the test. */
function dataFolder(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'balancin-up-'));
  chmodSync(made, 0o755);
  t.teardown(async () => {
    await removePostgres(join(made, 'postgres'));
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

async function run(
  t: ExecutionContext,
  args: readonly string[],
  env: Env = {},
  cwd?: string,
): Promise<Outcome> {
  return await start(t, args, env, cwd).outcome();
}

async function until(started: Started, what: RegExp): Promise<string> {
  for (;;) {
    const found = what.exec(started.text());
    if (found !== null) return found[1] ?? found[0];
    if (started.child.exitCode !== null)
      throw new Error(`ended early: ${JSON.stringify(await started.outcome())}`);
    await sleep(20);
  }
}

/** One line for a person, on standard error: no stack, no secret. */
function assertOneLine(t: ExecutionContext, { problems }: Outcome, says: RegExp): void {
  t.is(problems.trim().split('\n').length, 1, problems);
  t.regex(problems, says);
  t.false(problems.includes('    at '), problems);
}

test('every command has help with an example, and asking for it loads no library but the parser', async (t) => {
  const seen = join(mkdtempSync(join(tmpdir(), 'balancin-hook-')), 'seen.mjs');
  // Says at the end which files of which packages were loaded.
  writeFileSync(
    seen,
    `import module from 'node:module';
     const names = new Set();
     const hook = 'data:text/javascript,' + encodeURIComponent(\`
       import { appendFileSync } from 'node:fs';
       export async function resolve(specifier, context, next) {
         const found = await next(specifier, context);
         const name = /node_modules\\\\/((?:@[^/]+\\\\/)?[^/]+)/.exec(found.url)?.[1];
         if (name) appendFileSync(process.env.SEEN, name + '\\\\n');
         return found;
       }\`);
     module.register(hook);`,
  );
  const { readFileSync, existsSync } = await import('node:fs');
  const log = `${seen}.txt`;
  for (const words of ['', ...commands.map(({ name }) => name.replace(/ [<[].*/, ''))]) {
    const args = [...words.split(' ').filter((word) => word !== ''), '--help'];
    const { code, out } = await run(t, args, { NODE_OPTIONS: `--import ${seen}`, SEEN: log });
    t.is(code, 0, words);
    t.regex(out, /Usage: balancin/);
    if (words !== '') t.regex(out, /Example:\n {2}\S/, words);
  }
  const loaded = new Set(existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  t.deepEqual([...loaded], ['commander']);
});

test('wrong use is exit code 2, said in one line', async (t) => {
  for (const args of [['fly'], ['doctor', '--fast'], ['tenant', 'create'], ['report', 'daily']])
    t.is((await run(t, args)).code, 2, args.join(' '));
  const config = await run(t, ['doctor'], {
    BALANCIN_PARTITIONS: '12',
    DATABASE_URL: 'mysql://u:s3cret@h/d',
  });
  t.is(config.code, 2);
  assertOneLine(t, config, /BALANCIN_PARTITIONS.*power of two.*|DATABASE_URL/);
  t.false(config.problems.includes('s3cret'));
  const cwd = mkdtempSync(join(tmpdir(), 'balancin-cli-'));
  writeFileSync(join(cwd, 'balancin.config.json'), JSON.stringify({ worker: { thread: 1 } }));
  const file = await run(t, ['doctor'], {}, cwd);
  t.is(file.code, 2);
  assertOneLine(t, file, /worker\.thread: no such key/);
});

test('a database that is missing, empty or newer is told apart, each in one line', async (t) => {
  const missing = await run(t, ['dead-letter', 'list'], {
    DATABASE_URL: 'postgres://u:s3cret@127.0.0.1:1/d',
  });
  t.is(missing.code, 1);
  assertOneLine(t, missing, /database/i);
  t.false(missing.problems.includes('s3cret'));

  const empty = await testDatabase(t);
  const old = await run(t, ['dead-letter', 'list'], { DATABASE_URL: empty.url });
  t.is(old.code, 3);
  assertOneLine(t, old, /balancin migrate/);

  const { url } = await testDatabase(t, { template: migrated });
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`INSERT INTO balancin.migration (name, run_on) VALUES ('9999_from_the_future', now())`);
  await client.end();
  const newer = await run(t, ['dead-letter', 'list'], { DATABASE_URL: url });
  t.is(newer.code, 3);
  assertOneLine(t, newer, /newer/);
});

test('a tenant is set up command by command, within its plan, for people and for machines', async (t) => {
  const { url } = await testDatabase(t);
  const env = { DATABASE_URL: url };
  t.is((await run(t, ['migrate', '--json'], env)).code, 0);
  const again = await run(t, ['migrate'], env);
  t.regex(again.out, /control schema: up to date/);
  const created = await run(
    t,
    ['tenant', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'basico', '--json'],
    env,
  );
  t.like(JSON.parse(created.out), { slug: 'acme', plan: 'basico' });
  for (let n = 1; n <= 5; n++)
    t.is((await run(t, ['site', 'create', '--tenant', 'acme', '--name', `s${n}`], env)).code, 0);
  const sixth = await run(t, ['site', 'create', '--tenant', 'acme', '--name', 's6'], env);
  t.is(sixth.code, 3);
  assertOneLine(t, sixth, /5/);
  t.is((await run(t, ['well', 'create', '--tenant', 'acme', '--site', 's1', '--name', 'W-1'], env)).code, 0);
  const twice = await run(
    t,
    ['well', 'create', '--tenant', 'acme', '--site', 's1', '--name', 'W-1', '--json'],
    env,
  );
  t.is(twice.code, 1);
  t.is((JSON.parse(twice.out) as { error: { code: string } }).error.code, 'ALREADY_EXISTS');
  const key = await run(t, ['key', 'create', '--tenant', 'acme', '--site', 's1', '--json'], env);
  t.like(JSON.parse(key.out), { tenant: 'acme', site: 's1' });
  const nobody = await run(t, ['key', 'create', '--tenant', 'nobody', '--site', 's1'], env);
  t.is(nobody.code, 1);
  assertOneLine(t, nobody, /nobody/);

  t.regex((await run(t, ['dead-letter', 'list'], env)).out, /no dead letters/);
  const none = await run(t, ['dead-letter', 'show', '17'], env);
  t.is(none.code, 1);
  assertOneLine(t, none, /no dead letter 17/);
  const doctor = await run(t, ['doctor', '--json'], env);
  const { findings } = JSON.parse(doctor.out) as { findings: { part: string; health: string }[] };
  t.like(
    findings.find(({ part }) => part === 'database'),
    { health: 'ok' },
  );
  const report = await run(t, ['report', 'daily', '--tenant', 'acme', '--day', '2026-03-01', '--json'], env);
  t.is(report.code, 0, report.problems);
  t.like(JSON.parse(report.out), { day: '2026-03-01' });
  t.is((await run(t, ['report', 'weekly', '--tenant', 'acme'], env)).code, 2);
});

test('a cell in one process takes a message from a key made in another, and ends clean on SIGTERM', async (t) => {
  const env = {
    BALANCIN_DATA_DIR: dataFolder(t),
    BALANCIN_HTTP_PORT: '0',
    BALANCIN_MQTT_PORT: '0',
    BALANCIN_PARTITIONS: '2',
    BALANCIN_IDLE_TIMEOUT_MS: '500',
    BALANCIN_CYCLE_AGE_MS: '200',
  };
  const up = start(t, ['up'], env);
  const mqttUrl = await until(up, /MQTT\s+(mqtt:\S+)/);
  const httpUrl = await until(up, /HTTP\s+(http:\S+?)\/health/);
  const done = async (args: readonly string[]): Promise<string> => {
    const outcome = await run(t, [...args, '--json'], env);
    t.is(outcome.code, 0, outcome.problems);
    return outcome.out;
  };
  await done(['tenant', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'enterprise']);
  await done(['site', 'create', '--tenant', 'acme', '--name', 'norte']);
  await done(['well', 'create', '--tenant', 'acme', '--site', 'norte', '--name', 'W-1']);
  const key = JSON.parse(await done(['key', 'create', '--tenant', 'acme', '--site', 'norte'])) as {
    readonly keyId: string;
    readonly secret: string;
  };

  const client = await mqtt.connectAsync(mqttUrl, { username: key.keyId, password: key.secret });
  const series = [{ tag: 'well.whp', dtMs: [0, 1], value: [1, 2], quality: new Uint8Array(0) }];
  const frame = {
    tenant: '-',
    site: '-',
    well: 'W-1',
    stream: 's',
    epoch: 1,
    seq: 1,
    t0: Date.now(),
    historical: false,
    series,
  };
  await client.publishAsync('balancin/v1/acme/norte/telemetry', encodeFrame(frame), { qos: 1 });
  await client.publishAsync('balancin/v1/acme/norte/telemetry', 'nonsense', { qos: 1 });
  await client.endAsync();

  const metric = async (line: RegExp): Promise<void> => {
    while (!line.test(await (await fetch(`${httpUrl}/metrics`)).text())) await sleep(50);
  };
  await metric(/balancin_samples_total\{outcome="written"\} 2\n/);
  await metric(/balancin_rejected_frames_total\{reason="wire-format"\} 1\n/);
  t.is((await fetch(`${httpUrl}/health/live`)).status, 200);
  t.is((await fetch(`${httpUrl}/health/ready`)).status, 200);
  const letters = JSON.parse(await done(['dead-letter', 'list'])) as {
    deadLetters: { id: number; reason: string }[];
  };
  t.is(letters.deadLetters[0]?.reason, 'wire-format');
  const shown = await run(t, ['dead-letter', 'show', String(letters.deadLetters[0]?.id)], env);
  t.regex(shown.out, /6e 6f 6e 73 65 6e 73 65 .*nonsense/);

  const second = await run(t, ['up'], env);
  t.is(second.code, 1);
  assertOneLine(t, second, /in use by process|another process/);
  up.child.kill('SIGTERM');
  t.is((await up.outcome()).code, 0);
});

test('a port that is taken is said in one line, with the way out', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const { url } = await testDatabase(t, { template: migrated });
  const env = { DATABASE_URL: url, BALANCIN_LOG_LEVEL: 'silent' };
  const http = await run(t, ['serve'], { ...env, BALANCIN_HTTP_PORT: String(port) });
  t.is(http.code, 1);
  assertOneLine(t, http, /BALANCIN_HTTP_PORT/);
  const broker = await run(t, ['bridge'], { ...env, BALANCIN_MQTT_PORT: String(port) });
  t.is(broker.code, 1);
  assertOneLine(t, broker, /BALANCIN_MQTT_PORT/);
});

test('a worker told to stop finishes its cycle and leaves with 0', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const worker = start(t, ['worker'], {
    DATABASE_URL: url,
    BALANCIN_HTTP_PORT: '0',
    BALANCIN_LOG_LEVEL: 'error',
    BALANCIN_PARTITIONS: '2',
    // Databases of tests do without fsync.
    BALANCIN_ALLOW_UNSAFE: 'true',
  });
  const httpUrl = await until(worker, /metrics at (\S+)/);
  // Ready once every task is claimed.
  while ((await fetch(`${httpUrl}/health/ready`)).status !== 200) await sleep(50);
  worker.child.kill('SIGTERM');
  const { code, problems } = await worker.outcome();
  t.is(code, 0, problems);
});

test('workers refuse to start where a power cut would lose data, and say so', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const worker = await run(t, ['worker'], {
    DATABASE_URL: url,
    BALANCIN_HTTP_PORT: '0',
    BALANCIN_PARTITIONS: '2',
  });
  t.is(worker.code, 3);
  t.regex(worker.problems, /data would be lost here: .*fsync.*full_page_writes.*BALANCIN_ALLOW_UNSAFE/);
  const doctor = await run(t, ['doctor', '--json'], { DATABASE_URL: url, BALANCIN_PARTITIONS: '2' });
  t.is(doctor.code, 1);
  const { findings } = JSON.parse(doctor.out) as { findings: { part: string; health: string }[] };
  for (const part of ['fsync', 'full_page_writes'])
    t.like(
      findings.find((found) => found.part === part),
      { health: 'failed' },
    );
  t.like(
    findings.find(({ part }) => part === 'conservation'),
    { health: 'ok' },
  );
});
