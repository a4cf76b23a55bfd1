import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { threeWColumns } from '#schemas/signals/threeW.js';
import { truthOf } from '#topologies/test/threeWTruth.js';
import { startPostgres } from '#ops/servers/postgres.js';
import type { DemoResult } from './demo.js';

const launcher = fileURLToPath(import.meta.resolve('#ops/cli/balancin.js').replace('/dist/', '/'));
const shipped = fileURLToPath(import.meta.resolve('#ops/demo/data'));

interface Run {
  readonly child: ChildProcess;
  /** All of standard output so far. */
  text(): string;
  exit(): Promise<number | null>;
}

/** A folder below one that only root may enter: where a clone of root's often stands. */
function closedFolder(t: ExecutionContext): string {
  const outer = mkdtempSync(join(tmpdir(), 'balancin-demo-'));
  chmodSync(outer, 0o700);
  const dir = join(outer, 'data');
  mkdirSync(dir);
  t.teardown(() => rm(outer, { recursive: true, force: true }));
  return dir;
}

function demo(t: ExecutionContext, dataDir: string, ...args: string[]): Run {
  const child = spawn(process.execPath, [launcher, 'demo', ...args], {
    env: { ...process.env, BALANCIN_DATA_DIR: dataDir },
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
  const exited = once(child, 'exit').then(([code]) => {
    if (problems !== '') t.log(problems);
    return code as number | null;
  });
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });
  return { child, text: () => out, exit: () => exited };
}

async function until(t: ExecutionContext, run: Run, what: RegExp): Promise<void> {
  while (!what.test(run.text())) {
    if (run.child.exitCode !== null) t.fail(`ended before it said ${what}: ${run.text()}`);
    await sleep(20);
  }
}

const serverFolder = (dataDir: string): string => join(dataDir, 'demo');

function address(dataDir: string): { readonly url: string; readonly pid: number } {
  return JSON.parse(readFileSync(join(serverFolder(dataDir), 'postgres-address.json'), 'utf8')) as {
    readonly url: string;
    readonly pid: number;
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Closed windows of a well, merged, as `tag minute samples sum` lines; the sum to twelve digits, since order moves the last. */
async function storedLines(client: Client, well: string): Promise<string[]> {
  const { rows } = await client.query<{ tag: string; minute: string; samples: string; sum: number }>(
    `SELECT tag, (extract(epoch FROM bucket) * 1000)::int8 AS minute, samples, sum
     FROM t_demo.reading_1m_merged WHERE well = $1`,
    [well],
  );
  return rows
    .map(({ tag, minute, samples, sum }) => `${tag} ${minute} ${samples} ${sum.toPrecision(12)}`)
    .sort();
}

function trueLines(file: string, lastAtMs: number): string[] {
  const lines: string[] = [];
  for (const [column, minutes] of truthOf(file, lastAtMs))
    for (const [minute, { samples, sum }] of minutes)
      lines.push(`${threeWColumns[column]?.tag ?? column} ${minute} ${samples} ${sum.toPrecision(12)}`);
  return lines.sort();
}

test.serial(
  'the demo ends with a sum that closes, windows equal to the CSV files, and a report',
  async (t) => {
    const dataDir = closedFolder(t);
    const run = demo(t, dataDir, '--exit', '--json');
    t.is(await run.exit(), 0);
    const result = JSON.parse(run.text()) as DemoResult;
    const { samples, frames } = result.summary;
    t.is(
      (samples['written'] ?? 0) + (samples['late'] ?? 0) + (samples['duplicate'] ?? 0),
      result.samplesPublished,
    );
    t.is(frames['rejected'], 3);
    t.true(existsSync(result.pdf));
    t.is(readFileSync(result.pdf).subarray(0, 5).toString(), '%PDF-');

    // With --exit nothing stays up: the data are looked at through a server of our own.
    const server = await startPostgres({ dataDir: join(serverFolder(dataDir), 'postgres') });
    const client = new Client({ connectionString: server.url });
    try {
      await client.connect();
      const { rows } = await client.query<{ name: string }>('SELECT name FROM t_demo.well ORDER BY name');
      const files = readdirSync(shipped, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.gz'),
      );
      t.is(rows.length, files.length);
      for (const { name } of rows) {
        const [, , digits] = name.startsWith('WELL') ? name.split('-') : [];
        const file = files.find((each) =>
          digits === undefined
            ? each.includes(name.replace('SIMULATED-', 'SIMULATED_'))
            : each.includes(`${name.slice(0, 10)}_`) && each.split('_')[1]?.slice(4, 8) === digits,
        );
        if (file === undefined) return t.fail(`no file of ${name}`);
        const wanted = trueLines(join(shipped, file), result.lastSampleAtMs);
        t.true(wanted.length > 100);
        t.deepEqual(await storedLines(client, name), wanted, name);
      }
      const { rows: counts } = await client.query<{ scores: number; anomalies: number }>(
        `SELECT (SELECT count(*) FROM t_demo.score)::int AS scores,
         (SELECT count(DISTINCT anomaly_id) FROM t_demo.anomaly)::int AS anomalies`,
      );
      const { wells } = result.summary;
      t.is(
        wells.reduce((sum, well) => sum + well.scores, 0),
        counts[0]?.scores ?? 0,
      );
      t.is(
        wells.reduce((sum, well) => sum + well.sensorFindings + well.processFindings, 0),
        counts[0]?.anomalies ?? 0,
      );
      t.true((counts[0]?.scores ?? 0) > 0 && (counts[0]?.anomalies ?? 0) > 0);
    } finally {
      await client.end();
      await server.stop();
    }
  },
);

test.serial(
  'a killed demo leaves its server behind; the next one ends that server and only that one, and runs',
  async (t) => {
    const [mine, other] = [closedFolder(t), closedFolder(t)];
    const beside = demo(t, other);
    const killed = demo(t, mine);
    await Promise.all([until(t, beside, /Everything stays up/), until(t, killed, /Publishing/)]);
    const left = address(mine);
    killed.child.kill('SIGKILL');
    await killed.exit();
    t.true(alive(left.pid), 'PostgreSQL outlives its parent');

    const again = demo(t, mine, '--exit');
    t.is(await again.exit(), 0);
    t.regex(again.text(), /the sum closes/);
    t.false(alive(left.pid), 'the server left behind was ended');

    const { pid } = address(other);
    t.true(alive(pid), 'the other demo goes on');
    t.false(existsSync(join(serverFolder(mine), 'postgres-address.json')));
    beside.child.kill('SIGINT');
    t.is(await beside.exit(), 0);
    t.false(alive(pid), 'Ctrl-C leaves nothing running');
  },
);

test.serial(
  'what it starts is said before anything runs; recordings of others are played as well',
  async (t) => {
    const dir = closedFolder(t);
    const data = join(dir, '3w');
    mkdirSync(join(data, '0'), { recursive: true });
    const rows = Array.from({ length: 600 }, (_, i) => {
      const at = new Date(Date.UTC(2017, 0, 1, 0, 0, i)).toISOString().replace('T', ' ').replace('Z', '000');
      return `${at},${1e7 + i},${60 + (i % 7)},0`;
    });
    writeFileSync(
      join(data, '0', 'WELL-00042_20170101000000.csv'),
      `timestamp,P-TPT,T-TPT,class\n${rows.join('\n')}\n`,
    );
    const run = demo(t, dir, '--exit', '--data', data);
    await until(t, run, /Starting PostgreSQL.*MQTT/);
    t.false(existsSync(join(serverFolder(dir), 'postgres-address.json')), 'said before the server runs');
    t.is(await run.exit(), 0);
    t.regex(run.text(), /1,200 in 10 frames/);
    t.regex(run.text(), /WELL-00042-0101/);

    const none = demo(t, dir, '--exit', '--data', join(dir, 'nothing'));
    t.is(await none.exit(), 1);
  },
);
