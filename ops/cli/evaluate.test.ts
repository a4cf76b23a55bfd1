/** The evaluation commands as their users run them: formats, odd files, places that cannot be written. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { cardClasses } from '#models/rodpump/cards/cardClasses.js';
import { startCli } from './cliProcess.fixture.js';

async function run(cwd: string, ...args: string[]) {
  const cli = startCli(['evaluate', ...args, '--json'], { cwd });
  const code = await cli.ended;
  const last = cli.stdout().trim().split('\n').at(-1) ?? '';
  const result = (last.startsWith('{') ? JSON.parse(last) : {}) as Record<string, unknown>;
  return { code, result, stdout: cli.stdout(), stderr: cli.stderr() };
}

const folder = () => mkdtempSync(join(tmpdir(), 'balancin-evaluate-'));

test.serial(
  'esp: a file that cannot be read costs itself alone, and of nothing no risk is made',
  async (t) => {
    const cwd = folder();
    mkdirSync(join(cwd, 'wells'));
    const days = Array.from({ length: 10 * 24 }, (_, h) =>
      new Date(Date.UTC(2025, 0, 1, h)).toISOString().replace('.000', ''),
    );
    const csv = (head: string, cells: string) =>
      [`timestamp${head}`, ...days.map((time) => `${time}${cells}`), ''].join('\n');
    writeFileSync(join(cwd, 'wells/blind.csv'), csv(',strange', ',5'));
    writeFileSync(join(cwd, 'wells/seen.csv.gz'), gzipSync(csv(',esp.pip,esp.f', ',5000,50')));
    writeFileSync(join(cwd, 'wells/empty.csv'), '');
    const equipment = { stages: 0, pump_depth_m: -5 };
    const wells = Object.fromEntries(
      ['blind', 'seen', 'empty'].map((well) => [well, { equipment, failures: [], observed_to: days.at(-1) }]),
    );
    writeFileSync(join(cwd, 'labels.json'), JSON.stringify({ wells }));
    const given = ['esp', '--data', 'wells', '--labels', 'labels.json'];
    const { code, result, stderr } = await run(cwd, ...given, '--out', 'new/rows.csv');
    t.is(code, 0, stderr);
    t.is(result['filesRefused'], 1);
    for (const key of [
      'wells',
      'rows',
      'threshold',
      'f1',
      'prAuc',
      'prevalence',
      'eventRecall',
      'falseAlarmsPerWellMonth',
      'leadMedianH',
      'brierSkill',
      'modeTop1',
    ])
      t.true(key in result, key);
    const lines = readFileSync(join(cwd, 'new/rows.csv'), 'utf8').trim().split('\n');
    t.is(
      lines[0],
      'well,timestamp,risk7,risk7_lo,risk7_hi,risk30,risk30_lo,risk30_hi,mode,mode_p,alert,missing',
    );
    const blind = lines.filter((line) => line.startsWith('blind'));
    t.true(blind.length > 5);
    t.true(blind.every((line) => line.split(',').slice(2, 11).join(',') === ',,,,,,,,0'));
    const seen = lines.filter((line) => line.startsWith('seen'));
    t.true(seen.every((line) => Number(line.split(',')[2]) > 0));
    t.true(lines.slice(1).every((line) => / equipment\.stages .*equipment\.pump_depth_m/.test(line)));
  },
);

test.serial('out that cannot be written is told in one line before any work', async (t) => {
  const cwd = folder();
  writeFileSync(join(cwd, 'file'), '');
  for (const args of [
    ['nab', '--data', 'none', '--out', 'file/x'],
    ...(existsSync('/proc/self') ? [['nab', '--data', 'none', '--out', '/proc/x']] : []),
    ['esp', '--data', 'none', '--labels', 'none', '--out', 'file/x.csv'],
    ['series', '--data', 'none', '--time', 't', '--out', 'file/x.csv'],
  ]) {
    const { code, stderr } = await run(cwd, ...args);
    t.is(code, 2);
    t.regex(stderr, /^balancin: --out \S+ cannot be written: .*\n$/);
  }
});

test.serial('series: delimiters, quoted cells, kinds as labels, one way of learning', async (t) => {
  const cwd = folder();
  const time = (i: number) => new Date(Date.UTC(2025, 0, 1, 0, 0, i)).toISOString();
  const body = (isQuoted: boolean) =>
    Array.from({ length: 300 }, (_, i) => {
      const level = i >= 200 && i < 260 ? 40 : 0;
      const note = isQuoted ? '"x; y";' : '';
      return `${time(i)};${note}${level + Math.sin(i)};${level + Math.cos(i * 1.7)}`;
    });
  writeFileSync(join(cwd, 'a.csv'), ['t;note;p;q', ...body(true)].join('\n'));
  writeFileSync(join(cwd, 'b.csv.gz'), gzipSync(['t;p;q', ...body(false)].join('\n')));
  writeFileSync(
    join(cwd, 'l.csv.gz'),
    gzipSync(`start,end,label\n${time(200)},${time(259)},valve closed\n${time(10)},${time(12)},normal\n`),
  );
  const columns = ['--time', 't', '--values', 'p,q', '--labels', 'l.csv.gz', '--train-rows', '100'];
  const results = [];
  for (const data of ['a.csv', 'b.csv.gz']) {
    const { code, result, stderr } = await run(
      cwd,
      'series',
      '--data',
      data,
      ...columns,
      '--delimiter',
      'auto',
      '--out',
      `new/${data}.csv`,
    );
    t.is(code, 0, stderr);
    for (const key of ['f1', 'far', 'mar', 'eventRecall', 'falseAlarms']) t.true(key in result, key);
    results.push(result['f1']);
    t.regex(readFileSync(join(cwd, `new/${data}.csv`), 'utf8'), /^file,timestamp,score,alert\n/);
  }
  t.is(results[0], results[1]);
  t.true((results[0] as number) > 0);
  const { code } = await run(cwd, 'series', '--data', 'a.csv', ...columns, '--frozen', '--adaptive');
  t.is(code, 2);
});

test.serial(
  'cards: without header or classes there are rows, the likeliest class named in each',
  async (t) => {
    const cwd = folder();
    const line = (name: string, i: number) => {
      const turns = Array.from({ length: 100 }, (_, k) => (k * 2 * Math.PI) / 100);
      const positions = turns.map((turn) => 1.5 - 1.5 * Math.cos(turn));
      const loads = turns.map((turn) => 40 + (10 + i) * Math.sin(turn));
      return [name, positions.join(','), loads.join(',')].join('\t');
    };
    writeFileSync(join(cwd, 'bare.tsv'), `${line('', 0)}\n${line('', 3)}\n`);
    const { pathname } = new URL(import.meta.resolve('#models/rodpump/cards/artifact'));
    const { code, result, stdout, stderr } = await run(
      cwd,
      'cards',
      '--model',
      pathname,
      '--test',
      'bare.tsv',
    );
    t.is(code, 0, stderr);
    for (const key of ['macroF1', 'macroF1Groups', 'top2', 'coverage', 'accuracyAtCoverage'])
      t.is(result[key], null, key);
    t.is((result['thresholds'] as unknown[]).length, 1);
    const rows = stdout.trim().split('\n').slice(0, 3);
    t.is(rows[0], 'row,class,top1,p1,top2,p2,top3,p3');
    for (const row of rows.slice(1))
      t.true((cardClasses as readonly string[]).includes(row.split(',')[2] ?? ''));
  },
);
