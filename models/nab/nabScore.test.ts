/** Laws of NAB's score: what a row is worth by its place, what the pool makes of it, and NAB's own published table. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { needs } from '#ops/servers/needs.js';
import { evaluateNab } from './evaluate.js';
import { halfOf, readNabCorpus } from './nabCorpus.js';
import { nabDetectors, readNabResult, readNabThresholds } from './nabResults.js';
import { nabOptimum, type NabProfile, nabProfiles, nabScore, probationRows, sigmoid } from './nabScore.js';
import { parseNabSeries } from './nabSeries.js';

const shared = path.resolve(
  fileURLToPath(import.meta.resolve('#models/nab/card.md')),
  '../../../../shared/data/nab',
);
const standard = nabProfiles[0] as NabProfile;
const near = (t: { true(v: boolean, m?: string): void }, a: number, b: number, within = 1e-9) =>
  t.true(Math.abs(a - b) <= within, `${a} against ${b}`);

/** 100 rows of zeros, detections at the rows given, a window of rows 50–59: probation ends at row 15. */
const scored = (...at: number[]) => {
  const scores = new Float64Array(100);
  for (const row of at) scores[row] = 1;
  return { scores, windows: [{ left: 50, right: 59 }] };
};

const sharedTest = needs(test, existsSync(shared) ? null : 'NAB is not at ../shared/data/nab');

sharedTest('the shipped scores of three detectors give the published table to 1e-6', (t) => {
  const results = path.join(shared, 'results');
  const published = JSON.parse(readFileSync(path.join(results, 'final_results.json'), 'utf8')) as Record<
    string,
    Record<string, number>
  >;
  const thresholds = readNabThresholds(shared);
  const files = readNabCorpus(shared);
  t.is(files.length, 58);
  t.deepEqual(nabDetectors(results), ['ARTime', 'contextOSE', 'windowedGaussian']);
  for (const detector of nabDetectors(results)) {
    const pool = files.map((file) => ({
      scores: readNabResult(results, detector, file),
      windows: file.windows,
    }));
    for (const profile of nabProfiles) {
      const { threshold } = thresholds[detector]?.[profile.nabName] ?? { threshold: Number.NaN };
      const known = published[detector]?.[profile.nabName] as number;
      near(t, nabScore(pool, profile, threshold), known, 1e-6);
      if (profile === standard && detector === 'ARTime')
        near(t, nabOptimum(pool, profile).score, known, 1e-6);
    }
  }
});

test('a detector that says nothing scores 0, one right at every window start and nowhere else 100', (t) => {
  for (const profile of nabProfiles) {
    near(t, nabScore([scored()], profile, 0.5), 0);
    near(t, nabScore([scored(50)], profile, 0.5), 100);
  }
});

test('a row equal to the threshold is positive', (t) => {
  near(t, nabScore([scored(50)], standard, 1), 100);
  near(t, nabScore([scored(50)], standard, 1 + 1e-12), 0);
});

test('in a window only the best row counts, by how early it is', (t) => {
  const last = sigmoid(-1 / 10) / sigmoid(-1);
  near(t, nabScore([scored(59)], standard, 0.5), (100 * (last + 1)) / 2);
  near(t, nabScore([scored(52, 55, 59)], standard, 0.5), nabScore([scored(52)], standard, 0.5));
});

test('a false alarm costs by how far behind a window it is, in widths less one row; before any window all', (t) => {
  near(t, nabScore([scored(63)], standard, 0.5), (100 * 0.11 * sigmoid(4 / 9)) / 2);
  near(t, nabScore([scored(87)], standard, 0.5), (100 * 0.11 * -1) / 2);
  near(t, nabScore([scored(20)], standard, 0.5), (100 * 0.11 * -1) / 2);
  t.is(sigmoid(3.0001), -1);
  t.true(sigmoid(3) > -1);
});

test('rows of probation, the first 15 % and at most 750, are never judged', (t) => {
  near(t, nabScore([scored(0, 14)], standard, 0.5), 0);
  t.true(nabScore([scored(15)], standard, 0.5) < 0);
  t.is(probationRows(10), 1);
  t.is(probationRows(100_000), 750);
});

test('the optimum is one threshold for the pool of all files, and no threshold is better', (t) => {
  const a = scored(50);
  const b = scored();
  b.scores[20] = 0.9;
  b.scores[55] = 0.8;
  const { threshold, score } = nabOptimum([a, b], standard);
  t.is(threshold, 0.8);
  for (const other of [0.5, 0.85, 0.95, 2]) t.true(nabScore([a, b], standard, other) <= score);
});

test('columns go by name, a blank value is missing, what cannot be read names its line', (t) => {
  const { values, timesMs } = parseNabSeries(
    'f',
    'value,timestamp\r\n1.5,2014-04-10 00:00:00\r\n,2014-04-10 00:05:00.5\r\n',
    'value',
  );
  t.deepEqual([...values], [1.5, Number.NaN]);
  t.is(timesMs[1], Date.UTC(2014, 3, 10, 0, 5, 0, 500));
  const error = t.throws(() => parseNabSeries('f', 'timestamp,value\nnoon,1\n', 'value'), {
    instanceOf: BalancinError,
  });
  t.is(error?.code, 'DATA_INVALID');
  t.regex(error?.message ?? '', /line 2/);
});

test('the split is the parity of sha1 of the name', (t) => {
  t.is(halfOf('realKnownCause/nyc_taxi.csv'), 'even');
  t.is(halfOf('realTweets/Twitter_volume_AAPL.csv'), 'odd');
});

test('a corpus is read by its layout: windows of duplicate timestamps begin at the first, scores are written back', (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'nab-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const missing = t.throws(() => readNabCorpus(dir), { instanceOf: BalancinError });
  t.is(missing?.code, 'NOT_FOUND');
  mkdirSync(path.join(dir, 'data', 'fam'), { recursive: true });
  mkdirSync(path.join(dir, 'labels'));
  const stamp = (i: number) =>
    `2014-04-${String(10 + Math.floor(i / 24)).padStart(2, '0')} ${String(i % 24).padStart(2, '0')}:00:00`;
  for (const name of ['a.csv', 'b.csv', 'c.csv'])
    writeFileSync(
      path.join(dir, 'data', 'fam', name),
      [
        'timestamp,value',
        ...Array.from({ length: 200 }, (_, i) => `${stamp(i === 101 ? 100 : i)},${i === 100 ? 50 : i % 5}`),
      ].join('\n'),
    );
  const labels = { 'fam/a.csv': [[`${stamp(100)}.000000`, `${stamp(110)}.000000`]], 'fam/b.csv': [] };
  writeFileSync(path.join(dir, 'labels', 'combined_windows.json'), JSON.stringify(labels));
  const files = readNabCorpus(dir);
  t.deepEqual(
    files.map(({ name, windows }) => [name, windows]),
    [
      ['fam/a.csv', [{ left: 100, right: 110 }]],
      ['fam/b.csv', []],
      ['fam/c.csv', []],
    ],
  );
  const out = path.join(dir, 'out');
  const evaluation = evaluateNab({ data: dir, out });
  t.is(evaluation.windows, 1);
  t.regex(evaluation.configHash, /^[0-9a-f]{16}$/);
  const written = readNabResult(out, 'balancin', files[0] as (typeof files)[number]);
  t.true((written[100] as number) > 0.9, 'ten times anything before is said at once');
  const text = readFileSync(path.join(out, 'balancin', 'fam', 'balancin_a.csv'), 'utf8').split('\n');
  t.is(text[0], 'timestamp,value,anomaly_score,label');
  t.true((text[101] as string).endsWith(',1') && (text[112] as string).endsWith(',0'));
  const { ablation } = evaluateNab({ data: dir, without: ['spread', 'fall-log'] });
  t.deepEqual(Object.keys(ablation ?? {}), ['all', 'spread', 'fall-log']);
  const unknown = t.throws(() => evaluateNab({ data: dir, without: ['smell'] }), {
    instanceOf: BalancinError,
  });
  t.is(unknown?.code, 'USAGE');
});
