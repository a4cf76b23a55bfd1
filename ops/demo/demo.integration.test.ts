import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { threeWColumns } from '#schemas/signals/threeW.js';
import { startCli, type CliProcess } from '#ops/cli/cliProcess.fixture.js';
import { isAlive } from '#ops/servers/childServer.js';
import { needs } from '#ops/servers/needs.js';
import { removePostgres } from '#ops/servers/postgres.js';
import { truthOf } from '#topologies/test/threeWTruth.js';
import type { DemoResult } from './demo.js';
import { listDemoFiles } from './instances.js';

const pdftotext =
  spawnSync('pdftotext', ['-v']).error === undefined ? null : 'pdftotext (Debian: poppler-utils)';
const shipped = fileURLToPath(import.meta.resolve('#ops/demo/data'));
const up = 'Everything stays up';

/** Below a folder that only its owner may enter: as a clone in root's home is. */
function dataFolder(): string {
  return mkdtempSync(join(tmpdir(), 'balancin-demo-'));
}

const [a, b] = [dataFolder(), dataFolder()];
const started: CliProcess[] = [];

test.after.always(async () => {
  for (const { child, ended } of started) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
  for (const folder of [a, b]) {
    await removePostgres(join(folder, 'demo', 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  }
});

function startDemo(folder: string, args: readonly string[] = []): CliProcess {
  const cli = startCli(['demo', ...args], { cwd: folder, env: { BALANCIN_DATA_DIR: folder } });
  started.push(cli);
  return cli;
}

interface Address {
  readonly url: string;
  readonly pid: number;
}

const addressFile = (folder: string): string => join(folder, 'demo', 'postgres-address.json');
const addressOf = (folder: string): Address =>
  JSON.parse(readFileSync(addressFile(folder), 'utf8')) as Address;

async function query<Row extends object>(folder: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: addressOf(folder).url, options: '-c search_path=t_demo' });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function number(folder: string, sql: string): Promise<number> {
  const [row] = await query<{ n: string | number }>(folder, sql);
  return Number(row?.n);
}

/** Two minutes of two signals, as somebody's own folder of recordings. */
function tinyRecordings(folder: string): string {
  const dir = join(folder, 'mine');
  mkdirSync(join(dir, '3'), { recursive: true });
  const rows = Array.from({ length: 120 }, (_, s) => {
    const time = new Date(Date.UTC(2020, 0, 1) + s * 1000).toISOString().replace('T', ' ').slice(0, 19);
    return `${time},${20_000_000 + s},${60 + s / 10},3`;
  });
  writeFileSync(
    join(dir, '3', 'WELL-00099_20200101000000.csv'),
    `${['timestamp,P-PDG,T-TPT,class', ...rows].join('\n')}\n`,
  );
  return dir;
}

let killed: Address;
let beside: Address;
let demoA: CliProcess;
let demoB: CliProcess;

test.serial(
  'it says what it starts before it starts it; two run at once, each on ports of its own',
  async (t) => {
    demoA = startDemo(a);
    demoB = startDemo(b, ['--data', tinyRecordings(b)]);
    await demoA.printed('Starting PostgreSQL');
    t.false(existsSync(addressFile(a)), 'PostgreSQL was up before anything was said');
    await Promise.all([demoA.printed('Publishing'), demoB.printed('Publishing')]);
    killed = addressOf(a);
    beside = addressOf(b);
    t.not(killed.url, beside.url);
  },
);

test.serial(
  'killed in mid-run it leaves its server; the next start ends that one and no other',
  async (t) => {
    demoA.child.kill('SIGKILL');
    t.is(await demoA.ended, 'SIGKILL');
    t.true(isAlive(killed.pid), 'PostgreSQL outlives its parent');
    demoA = startDemo(a);
    await demoA.printed(up);
    t.false(isAlive(killed.pid));
    t.true(isAlive(beside.pid));
    t.not(addressOf(a).pid, killed.pid);
  },
);

test.serial('the sum of what came in closes, and what it prints is what SQL counts', async (t) => {
  const text = demoA.stdout();
  t.regex(text, /: the sum closes/);
  t.regex(text, /Unstable flow, found, explained and cleared:[^]*unstable-flow-WELL-00001-0421\.png/);
  const rows = await number(a, 'SELECT count(*) AS n FROM reading_1m');
  const anomalies = await number(a, 'SELECT count(*) AS n FROM anomaly');
  const scores = await number(a, 'SELECT count(*) AS n FROM score');
  const risks = await number(a, 'SELECT count(*) AS n FROM esp_risk');
  t.true(rows > 10_000 && anomalies > 0 && scores > 0);
  t.regex(
    text,
    new RegExp(
      `reading_1m ${rows.toLocaleString('en')}, .*anomaly ${anomalies}, score ${scores}, esp_risk ${risks}\n`,
    ),
  );
  const wells = await query<{ line: string }>(
    a,
    `SELECT w.name || ' .* ' || count(*) FILTER (WHERE s.value >= s.threshold) || ' of ' || count(*) || ' ' AS line
       FROM well w JOIN score s USING (well_id) WHERE w.lift_type = 'natural' GROUP BY w.name`,
  );
  t.is(wells.length, 8);
  for (const { line } of wells) t.regex(text, new RegExp(line));
  const stored = await number(a, 'SELECT sum(samples) AS n FROM reading_1m');
  t.regex(text, new RegExp(`Samples in: +${stored.toLocaleString('en')} in `));
  t.is(await number(a, 'SELECT count(*) AS n FROM balancin.dead_letter'), 3);
  const said = text.split('\n').filter((line) => /^ {2}(published|stored)/.test(line));
  t.true(said.length <= 8, 'progress in a log is sparse');
});

/** Sums in another order differ in their last bits. */
function close(x: number, y: number): boolean {
  return Math.abs(x - y) <= 1e-12 * Math.max(Math.abs(x), Math.abs(y));
}

interface Minute {
  readonly well: string;
  readonly tag: string;
  readonly ms: string;
  readonly samples: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

test.serial('every minute of every well equals a sum made straight from its CSV file', async (t) => {
  const rows = await query<Minute>(
    a,
    `SELECT well, tag, (extract(epoch FROM bucket) * 1000)::int8 AS ms, samples::int, sum, min, max
       FROM reading_1m_merged WHERE site <> 'SIMULATED-PUMPS'`,
  );
  const found = new Map(rows.map((row) => [`${row.well} ${row.tag} ${row.ms}`, row]));
  const lastAtMs = await lastSampleAtMs();
  let wanted = 0;
  let wrong = 0;
  for (const { path, name } of listDemoFiles(shipped).files) {
    for (const [column, minutes] of truthOf(path, lastAtMs)) {
      const tag = threeWColumns[column]?.tag ?? column;
      for (const [ms, truth] of minutes) {
        wanted++;
        const row = found.get(`${name} ${tag} ${ms}`);
        const right =
          row !== undefined &&
          row.samples === truth.samples &&
          close(row.sum, truth.sum) &&
          Math.fround(row.min) === truth.min &&
          Math.fround(row.max) === truth.max;
        if (!right && wrong++ < 3) t.log({ name, tag, ms, row, truth });
      }
    }
  }
  t.is(wrong, 0, `${wrong} of ${wanted} minutes differ from the CSV`);
  t.is(rows.length, wanted);
});

/** All recordings end at one moment; this one's clock never steps back, so that its last sample is its latest. */
async function lastSampleAtMs(): Promise<number> {
  return await number(
    a,
    `SELECT max((extract(epoch FROM r.bucket) * 1000)::int8 + r.last_ms) AS n
       FROM reading_1m r JOIN well w USING (well_id) WHERE w.name = 'SIMULATED-00117'`,
  );
}

test.serial('its ESPs and rod pumps are scored in the stream, ranked and drawn', async (t) => {
  const text = demoA.stdout();
  const scored = await number(a, 'SELECT count(DISTINCT well_id) AS n FROM esp_risk WHERE NOT shadow');
  t.true(scored >= 2);
  t.regex(text, /Pumps \(simulated, scored in the stream\), by what is at stake:\n[^]*esp-risk-ESP-\d\.png/);
  t.true(existsSync(join(a, 'demo', 'reports')));
  const rods = await number(a, "SELECT count(*) AS n FROM anomaly WHERE detector = 'pump-off'");
  t.true(rods > 0);
  const cli = startCli(['esp', 'risk', '--tenant', 'demo', '--json'], {
    cwd: a,
    env: { BALANCIN_DATA_DIR: join(a, 'demo') },
  });
  started.push(cli);
  await cli.ended;
  const said = JSON.parse(cli.stdout()) as {
    wells: {
      well: string;
      risk7: number;
      deferredM3PerDay: number;
      expectedDaysDown: number;
      expectedLossM3: number;
    }[];
    left: { well: string }[];
  };
  t.is(said.wells.length + said.left.length, scored);
  t.true(said.wells.length > 0);
  for (const { risk7, deferredM3PerDay, expectedDaysDown, expectedLossM3 } of said.wells)
    t.true(close(expectedLossM3, risk7 * deferredM3PerDay * expectedDaysDown));
});

needs(test.serial, pdftotext)('the numbers of its PDF are those of SQL', async (t) => {
  const file = /Report: +(\S+)/.exec(demoA.stdout())?.[1] ?? '';
  const { stdout } = spawnSync('pdftotext', ['-layout', join(a, file), '-'], { encoding: 'utf8' });
  const day = "(SELECT day FROM report_run LIMIT 1) + time '06:00'";
  const received = await number(
    a,
    `SELECT sum(samples) AS n FROM reading_1m WHERE bucket >= ${day} AND bucket < ${day} + interval '1 day'`,
  );
  t.true(received > 10_000);
  t.true(stdout.includes(received.toLocaleString('es')), `${received} samples are in the report`);
  const wells = await query<{ name: string; above: number; scores: number }>(
    a,
    `SELECT w.name, count(*) FILTER (WHERE s.value >= s.threshold)::int AS above, count(*)::int AS scores
       FROM well w JOIN score s USING (well_id) WHERE s.at >= ${day} GROUP BY w.name`,
  );
  for (const { name, above, scores } of wells) {
    t.true(stdout.includes(name.slice(0, 9)), name);
    t.true(stdout.includes(`${above} de ${scores}`), `${name}: ${above} of ${scores}`);
  }
});

test.serial('another one in the same folder is refused in one line that says what to do', async (t) => {
  const second = startDemo(a, ['--exit']);
  t.is(await second.ended, 1);
  t.regex(
    second.stderr(),
    /^balancin: another demo runs in .* \(process \d+\): end it, or set BALANCIN_DATA_DIR.*\n$/,
  );
});

test.serial('Ctrl-C ends it with 0 and leaves no server', async (t) => {
  await demoB.printed(up);
  t.regex(demoB.stdout(), /Samples in: +240 in /);
  t.regex(demoB.stdout(), /WELL-00099-0101 +severe slugging/);
  const pids = [addressOf(a).pid, addressOf(b).pid];
  for (const { child } of [demoA, demoB]) child.kill('SIGINT');
  t.deepEqual(await Promise.all([demoA.ended, demoB.ended]), [0, 0]);
  for (const pid of pids) t.false(isAlive(pid));
  t.is(demoA.stderr(), '');
});

test.serial('a second run in the same folder works; with --json it prints one object', async (t) => {
  const again = startDemo(b, ['--data', join(b, 'mine'), '--exit', '--json']);
  t.is(await again.ended, 0, again.stderr());
  const result = JSON.parse(again.stdout()) as DemoResult;
  const { written = 0, late = 0, duplicate = 0, rejected = 0 } = result.summary.samples;
  t.is(written + late + duplicate + rejected, result.samplesPublished + result.bad.samples);
  t.is(result.samplesPublished, 240);
  t.true(existsSync(result.pdf));
});

test.serial('stopped before the end it says so, ends with 1 and leaves no server', async (t) => {
  const stopped = startDemo(b, ['--data', join(b, 'mine')]);
  await stopped.printed('Publishing');
  const { pid } = addressOf(b);
  stopped.child.kill('SIGINT');
  t.is(await stopped.ended, 1);
  t.is(stopped.stderr(), 'balancin: stopped before the end\n');
  t.false(isAlive(pid));
});

function refusal(title: string, dir: string, says: RegExp): void {
  test.serial(title, async (t: ExecutionContext) => {
    const cli = startDemo(b, ['--data', dir, '--exit']);
    t.is(await cli.ended, 1);
    t.regex(cli.stderr(), says);
  });
}

mkdirSync(join(b, 'empty'));
refusal(
  'a folder without recordings is one clear line',
  join(b, 'empty'),
  /^balancin: .*empty holds no 3W instance.*\n$/,
);
refusal(
  'a folder that is not there is one clear line',
  join(b, 'none'),
  /^balancin: there is no folder .*none: .*\n$/,
);
