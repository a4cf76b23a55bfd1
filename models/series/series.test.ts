/** Laws of judging series: formats, labels that never teach, rows pooled over files scored apart, a baseline beaten. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { evaluateSeries, seriesLines, type SeriesOptions } from './evaluate.js';
import { madeUpSeries, type MadeUpSeries } from './madeUpSeries.fixture.js';
import { parseSeries } from './readSeriesFile.js';
import { seriesFigures } from './seriesFigures.js';
import { labelSeries, parseLabelFile } from './seriesLabels.js';
import { seriesTimeMs } from './seriesTime.js';

const columns = { time: 't', ignore: [], delimiter: 'auto' } as const;
const options = { time: 'datetime', ignore: ['changepoint'], delimiter: 'auto', trainRows: 400 } as const;

function folder(t: ExecutionContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'series-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** As the pump benchmarks write it: semicolons, labels behind the values. */
function csv(
  { rows, signals, values, labels }: MadeUpSeries,
  labelOf = (i: number) => labels[i] as number,
): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const stamp = new Date(Date.UTC(2020, 2, 9, 10) + i * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const cells = signals.map((_, j) => values[i * signals.length + j]);
    return [stamp, ...cells, `${labelOf(i)}.0`, '0.0'].join(';');
  });
  return [['datetime', ...signals, 'anomaly', 'changepoint'].join(';'), ...lines, ''].join('\n');
}

const code = (t: ExecutionContext, run: () => unknown) =>
  t.throws(run, { instanceOf: BalancinError })?.code ?? '';

test('delimiters are found, columns go by name, blanks are gaps, labels and named columns are no inputs', (t) => {
  for (const d of [',', ';', '\t', '|']) {
    const text = [
      'a,t,"b",note,anomaly,class,c',
      '1,2020-01-01 00:00:00,,x,0,3,5',
      '2,2020-01-01 00:00:01,nan,y,1,3,6',
    ]
      .join('\r\n')
      .replaceAll(',', d);
    const series = parseSeries('f', text, { ...columns, ignore: ['c'], label: 'anomaly' });
    t.deepEqual(series.signals, ['a']);
    t.deepEqual([...series.values], [1, 2]);
    t.deepEqual([...series.labels], [0, 1]);
    const named = parseSeries('f', text, { ...columns, values: ['b', 'a'] });
    t.deepEqual([...named.values], [Number.NaN, 1, Number.NaN, 2]);
    t.deepEqual([...named.labels], [-1, -1]);
  }
});

test('what is not there or cannot be read is refused with its name or line', (t) => {
  t.is(
    code(t, () => parseSeries('f', 'a,b\n1,2\n', columns)),
    'USAGE',
  );
  t.is(
    code(t, () => parseSeries('f', 't,a\nnoon,2\n', columns)),
    'DATA_INVALID',
  );
  t.is(
    code(t, () => parseSeries('f', 't,a,l\n1,2,maybe\n', { ...columns, label: 'l' })),
    'DATA_INVALID',
  );
  t.is(
    code(t, () => parseSeries('f', 't,a\n1,x\n', columns)),
    'USAGE',
  );
  t.is(
    code(t, () => parseLabelFile('f', 'from,to\n1,2\n')),
    'DATA_INVALID',
  );
  t.is(
    code(t, () => parseLabelFile('f', 'start,end,label\n2,1,1\n')),
    'DATA_INVALID',
  );
  t.is(
    code(t, () => evaluateSeries({ ...options, data: '/nowhere', adaptive: false })),
    'NOT_FOUND',
  );
});

test('times are dates with and without zone, or numbers since 1970 in s, ms, µs or ns', (t) => {
  const at = Date.UTC(2020, 2, 9, 10, 14, 33);
  for (const text of [
    '2020-03-09 10:14:33',
    '2020-03-09T10:14:33Z',
    '2020/03/09 10:14:33.000',
    '2020-03-09 07:14:33-03:00',
    '2020-03-09T12:14:33+0200',
    `${at / 1000}`,
    `${at}`,
    `${at}000`,
    `${at}000000`,
  ])
    t.is(seriesTimeMs(text), at, text);
  t.is(seriesTimeMs('2020-03-09'), Date.UTC(2020, 2, 9));
  t.true(Number.isNaN(seriesTimeMs('9 March')));
});

test('a label file gives intervals with their ends, or points; rows of another file do not count', (t) => {
  const series = parseSeries('sub/a.csv', 't,a\n0,1\n1,1\n2,1\n3,1\n', columns);
  const of = (text: string) => [...labelSeries(series, parseLabelFile('l', text))];
  t.deepEqual(of('start,end,label\n1,2,1\n'), [0, 1, 1, 0]);
  t.deepEqual(of('start;end\n1;1\n3;9\n'), [0, 1, 0, 1]);
  t.deepEqual(of('timestamp,label\n1,7\n2,0\n'), [-1, 1, 0, -1]);
  t.deepEqual(of('file,start,end,label\nb.csv,0,3,1\na.csv,2,2,1\n'), [0, 0, 1, 0]);
});

test('rows are pooled, events counted once, an alert that touches no event is one false alarm', (t) => {
  const file = (labels: string, alerts: string, from = 0) => ({
    labels: Int8Array.from(labels, (c) => (c === '-' ? -1 : Number(c))),
    alerts: Uint8Array.from(alerts, Number),
    timesMs: Float64Array.from(labels, (_, i) => i * 2000),
    from,
  });
  const figures = seriesFigures([file('0011100110-', '11001100001'), file('1110000', '1110101', 3)]);
  t.deepEqual([figures.tp, figures.fp, figures.fn, figures.tn], [1, 5, 4, 4]);
  t.deepEqual([figures.events, figures.eventRecall, figures.falseAlarms], [2, 0.5, 3]);
  t.deepEqual([figures.delayMedianS, figures.delayMedianRows], [4, 2]);
  t.is(figures.f1, 2 / 11);
  t.is(figures.far, 5 / 9);
  t.is(figures.mar, 4 / 5);
  t.is(seriesFigures([file('000', '000')]).f1, null);
});

test('on made-up series the detector beats the moving z-score in every figure that counts, and half the rows are found', (t) => {
  const dir = folder(t);
  mkdirSync(path.join(dir, 'in', 'deep'), { recursive: true });
  // Other seeds than those the constants were chosen on.
  for (let seed = 1001; seed <= 1012; seed++)
    writeFileSync(
      path.join(dir, 'in', seed % 2 ? `${seed}.csv` : `deep/${seed}.csv.gz`),
      seed % 2 ? csv(madeUpSeries(seed)) : gzipSync(csv(madeUpSeries(seed))),
    );
  const out = path.join(dir, 'made', 'scores.csv');
  const e = evaluateSeries({
    ...options,
    data: path.join(dir, 'in'),
    label: 'anomaly',
    adaptive: false,
    out,
  });
  t.is(e.files, 12);
  t.is(e.events, 12);
  t.true((e.f1 ?? 0) > 0.6, `F1 ${e.f1}`);
  t.true((e.f1 ?? 0) > 2 * (e.baseline.f1 ?? 0), `F1 ${e.f1} against ${e.baseline.f1}`);
  t.true((e.eventRecall ?? 0) > (e.baseline.eventRecall ?? 1));
  t.true((e.far ?? 1) < 0.2, `FAR ${e.far}`);
  t.true(seriesLines(e).some((line) => line.startsWith('moving z-score')));
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  t.is(lines[0], 'file,timestamp,score,alert');
  t.is(lines.length, 1 + 12 * 1150);
  const alerts = lines.slice(1).map((line) => Number(line.split(',')[3]));
  t.is(
    alerts.reduce((sum, alert) => sum + alert, 0),
    e.tp + e.fp,
  );
  t.true(lines.some((line) => line.startsWith('deep/1002.csv.gz,2020-03-09 10:')));
});

test('a label is never an input: other labels, or none, give the same scores; so do other files beside', (t) => {
  const dir = folder(t);
  const series = madeUpSeries(3, 700);
  const judge = (name: string, text: string, more: Partial<SeriesOptions> = {}) => {
    writeFileSync(path.join(dir, name), text);
    const out = path.join(dir, 'said', 'of-one');
    evaluateSeries({ ...options, data: path.join(dir, name), adaptive: true, out, ...more });
    return readFileSync(out, 'utf8');
  };
  const labelled = judge('a.csv', csv(series), { label: 'anomaly' });
  t.is(
    judge(
      'a.csv',
      csv(series, (i) => i % 2),
      { label: 'anomaly' },
    ),
    labelled,
  );
  t.is(judge('a.csv', csv(series)), labelled);
  writeFileSync(path.join(dir, 'labels.csv'), 'start,end,label\n2020-03-09 10:10:00,2020-03-09 10:11:00,1\n');
  t.is(judge('a.csv', csv(series), { labels: path.join(dir, 'labels.csv') }), labelled);
  rmSync(path.join(dir, 'labels.csv'));
  writeFileSync(path.join(dir, '0.csv'), csv(madeUpSeries(4, 700)));
  const out = path.join(dir, 'b', 'out');
  evaluateSeries({ ...options, data: dir, adaptive: true, out });
  t.is(
    readFileSync(out, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('a.csv'))
      .join('\n'),
    labelled.trim().split('\n').slice(1).join('\n'),
  );
});

test('a file without the label column is scored and not judged; where none has it that is said', (t) => {
  const dir = folder(t);
  const series = madeUpSeries(5, 600);
  writeFileSync(path.join(dir, 'a.csv'), csv(series));
  const judge = (label: string) =>
    evaluateSeries({ ...options, data: dir, label, adaptive: false, log: (line) => said.push(line) });
  const said: string[] = [];
  t.is(
    code(t, () => judge('fault')),
    'USAGE',
  );
  const alone = judge('anomaly');
  writeFileSync(path.join(dir, 'free.csv'), csv(series).replaceAll(/;[^;]*;[^;]*$/gm, ''));
  said.length = 0;
  const both = judge('anomaly');
  t.deepEqual([both.tp, both.fp, both.fn, both.tn, both.files], [alone.tp, alone.fp, alone.fn, alone.tn, 2]);
  t.deepEqual(said, ["free.csv has no column 'anomaly': it is scored, and not judged"]);
});

test('rows whose time steps back are scored as they stand, and told of', (t) => {
  const dir = folder(t);
  const lines = csv(madeUpSeries(5, 600)).trim().split('\n');
  writeFileSync(path.join(dir, 'a.csv'), [...lines.slice(0, 400), ...lines.slice(300)].join('\n'));
  const said: string[] = [];
  const log = (line: string) => said.push(line);
  const e = evaluateSeries({ ...options, data: dir, label: 'anomaly', adaptive: false, log });
  t.is(e.rows, 700);
  t.deepEqual(said, ['a.csv: time steps back 1 times; rows are scored as they stand']);
});
