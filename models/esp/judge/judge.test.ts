/** Laws of the judge: what counts, what an alert is worth, and that no score can see past its time. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { type DayScore, type DayScorer, dayMs, firstSixMs, hourMs } from '../dayScore.js';
import { readEquipment } from '../equipment.js';
import type { FailureMode } from '../modes.js';
import { settings } from '../simulator/ranges.js';
import { seriesCsv, writeSet } from '../simulator/writeSet.js';
import { simulateWell } from '../simulator/simulateWell.js';
import { cutSeries, type WellFailure, type WellSeries } from '../wellSeries.js';
import { ceilingOf } from './ceiling.js';
import { wasDown } from './downDays.js';
import { FastEventJudge } from './fastEvents.js';
import { evaluateEsp, scoreHeader, scoreLine } from './evaluateEsp.js';
import { alertsOf, judgedRows, judgeEvents, type WellRecord } from './judgedWell.js';
import { measure } from './measures.js';
import { readLabels } from './readLabels.js';
import { parseSeries } from './readSeries.js';
import { robustZScorer } from './robustZ.js';
import {
  averagePrecision,
  bestThreshold,
  brierSkill,
  calibrationSlope,
  expectedCalibrationError,
  f1At,
} from './rowMeasures.js';

const t0 = Date.UTC(2025, 0, 1, 6);
const none = readEquipment({});

/** A day a letter from 06:00 on the first: `#` alert, `.` none. */
function record(days: string, failure: Partial<WellFailure> | null, mode: FailureMode = 'sand'): WellRecord {
  const scores = days.split('').map(
    (day, i): DayScore => ({
      timeMs: t0 + i * dayMs,
      risk7: day === '#' ? 0.9 : 0.1,
      risk7Low: 0,
      risk7High: 1,
      risk30: 0.95,
      risk30Low: 0,
      risk30High: 1,
      mode,
      modeProbability: 0.5,
      alert: day === '#',
      missing: [],
    }),
  );
  const full: WellFailure | null = failure && {
    mode: 'sand',
    onsetMs: t0,
    failureMs: t0,
    detectableFromMs: null,
    sudden: false,
    ...failure,
  };
  return {
    well: 'a',
    scores,
    down: scores.map(() => false),
    truth: { failures: full ? [full] : [], beyond: null, events: [], observedToMs: null },
    fromMs: t0,
    toMs: t0 + days.length * dayMs,
  };
}

const day = (n: number): number => t0 + n * dayMs;
const outcome = (r: WellRecord) => {
  const { hit, early, falseAlerts, leadH } = judgeEvents(r, ({ alert }) => alert);
  return { hit, early, falseAlerts, leadH };
};

test('a row is positive if a graded failure comes in (t, t + 7 d]; nothing counts after it', (t) => {
  const rows = judgedRows(record('.'.repeat(20), { failureMs: day(10), onsetMs: day(2) }));
  t.is(rows.length, 10);
  // Exactly seven days ahead belongs to the window.
  t.deepEqual(
    rows.filter(({ positive }) => positive).map(({ score }) => (score.timeMs - t0) / dayMs),
    [3, 4, 5, 6, 7, 8, 9],
  );
});

test('the last seven days of a well that did not fail are dropped, as are days down; a sudden failure makes no row positive', (t) => {
  const sound = record('.'.repeat(20), null);
  t.is(judgedRows(sound).length, 14);
  t.is(judgedRows({ ...sound, down: sound.scores.map((_, i) => i < 4) }).length, 10);
  const sudden = judgedRows(record('.'.repeat(20), { failureMs: day(10), sudden: true }));
  t.deepEqual([sudden.length, sudden.filter(({ positive }) => positive).length], [10, 0]);
});

test('on-days at most 72 h apart are one alert', (t) => {
  t.is(alertsOf([day(0), day(3), day(6)]).length, 1);
  t.is(alertsOf([day(0), day(3) + 1]).length, 2);
});

test('an alert is a hit, early or false by where it opens and closes', (t) => {
  //                    onset day 4, detectable from day 10, failure day 16
  const failure = { onsetMs: day(4), detectableFromMs: day(10), failureMs: day(16) };
  const cases = [
    ['............#...', { hit: true, early: 0, falseAlerts: 0, leadH: 96 }],
    ['.....######.....', { hit: true, early: 0, falseAlerts: 0, leadH: 144 }],
    ['.....##.........', { hit: false, early: 1, falseAlerts: 0, leadH: null }],
    ['..#.............', { hit: false, early: 0, falseAlerts: 1, leadH: null }],
    ['..############..', { hit: false, early: 0, falseAlerts: 1, leadH: null }],
    ['#.....#......#..', { hit: true, early: 1, falseAlerts: 1, leadH: 72 }],
    ['................', { hit: false, early: 0, falseAlerts: 0, leadH: null }],
  ] as const;
  for (const [days, expected] of cases) t.deepEqual(outcome(record(days, failure)), expected, days);
  t.is(outcome(record('#....#....', null)).falseAlerts, 2);
  t.is(outcome(record('.#........', { failureMs: day(5), onsetMs: day(5), sudden: true })).falseAlerts, 1);
});

test('the window before a failure is at most 30 days, and an alert after the onset of a failure beyond the record is not false', (t) => {
  const long = record(`${'.'.repeat(5)}${'#'.repeat(40)}`, {
    onsetMs: day(1),
    detectableFromMs: day(2),
    failureMs: day(44),
  });
  t.is(outcome(long).leadH, 30 * 24);
  const open = record('....#.', null);
  const beyond: WellFailure = {
    mode: 'sand',
    onsetMs: day(3),
    failureMs: day(30),
    detectableFromMs: day(5),
    sudden: false,
  };
  t.is(outcome({ ...open, truth: { ...open.truth, beyond } }).falseAlerts, 0);
});

test('measures agree with what can be counted by hand', (t) => {
  const rows = { risk: Float64Array.of(0.9, 0.8, 0.7, 0.1), outcome: Uint8Array.of(1, 0, 1, 0) };
  t.is(f1At(rows, 0.7), 0.8);
  t.is(bestThreshold(rows), 0.7);
  t.true(Math.abs(averagePrecision(rows) - (0.5 * 1 + 0.5 * (2 / 3))) < 1e-12);
  t.true(Math.abs(brierSkill(rows) - (1 - (0.01 + 0.64 + 0.09 + 0.01) / 1)) < 1e-12);
  const flat = { risk: new Float64Array(10).fill(0.3), outcome: Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0, 0) };
  t.true(Math.abs(brierSkill(flat)) < 1e-12);
});

test('risks that come true as often as they say have slope 1 and no error; doubled log odds have slope a half', (t) => {
  const [risk, came] = [[] as number[], [] as number[]];
  for (const p of [0.1, 0.2, 0.5, 0.8])
    for (let i = 0; i < 100; i++) {
      risk.push(p);
      came.push(i < p * 100 ? 1 : 0);
    }
  const rows = { risk: Float64Array.from(risk), outcome: Uint8Array.from(came) };
  t.true(Math.abs(calibrationSlope(rows) - 1) < 1e-6);
  t.true(expectedCalibrationError({ risk: Float64Array.from(came), outcome: rows.outcome }) < 1e-12);
  const sharper = Float64Array.from(risk, (p) => p ** 2 / (p ** 2 + (1 - p) ** 2));
  t.true(Math.abs(calibrationSlope({ ...rows, risk: sharper }) - 0.5) < 1e-6);
});

test('columns come in any order, blanks and sentinels are missing, unknown columns are named, seconds become minutes', (t) => {
  const text = [
    'esp.tm,mystery,timestamp,esp.pip,esp.run',
    '90,1,2025-01-01T00:00:01Z,5000,0',
    '92,1,2025-01-01T00:00:31Z,-999,1',
    ',1,2025-01-01T00:01:30Z,5100,1\r',
    'x,1,2025-01-01 00:02:30,5200,1',
    '90,1,not a time,1,1',
  ].join('\n');
  const { series, warnings } = parseSeries(text, 'a', none);
  t.deepEqual(
    [...series.timesMs],
    [31, 90, 150].map((s) => Date.UTC(2025, 0, 1) + 1000 * s),
  );
  t.deepEqual([...(series.columns.get('esp.tm') ?? [])], [91, Number.NaN, Number.NaN]);
  t.deepEqual([...(series.columns.get('esp.pip') ?? [])], [5000, 5100, 5200]);
  t.deepEqual([...(series.columns.get('esp.run') ?? [])], [1, 1, 1]);
  t.true(warnings.some((w) => w.includes('mystery')));
  t.is(warnings.length, 3);
  t.throws(() => parseSeries('a,b\n1,2', 'a', none), { code: 'DATA_INVALID' });
  t.throws(() => parseSeries('', 'a', none), { code: 'DATA_INVALID' });
});

test('rows out of order are put in order, and thousands of them fit', (t) => {
  const lines = Array.from(
    { length: 5000 },
    (_, i) => `${new Date(t0 + ((i * 7919) % 5000) * 60_000).toISOString()},${i}`,
  );
  const { series } = parseSeries(['timestamp,well.qg', ...lines].join('\n'), 'a', none);
  t.is(series.timesMs.length, 5000);
  for (let i = 1; i < 5000; i++) t.true((series.timesMs[i] as number) > (series.timesMs[i - 1] as number));
});

test('a day is down where the drive says so, by current where it is silent, and never for want of data', (t) => {
  const times = Float64Array.from({ length: 48 }, (_, i) => t0 + i * hourMs);
  const of = (name: 'esp.run' | 'esp.ia' | 'well.whp', value: (i: number) => number): WellSeries => ({
    well: 'a',
    timesMs: times,
    columns: new Map([[name, Float32Array.from(times, (_, i) => value(i))]]),
    equipment: none,
  });
  t.true(
    wasDown(
      of('esp.run', () => 0),
      day(1),
    ),
  );
  t.false(
    wasDown(
      of('esp.run', (i) => (i > 20 ? 1 : 0)),
      day(1),
    ),
  );
  t.true(
    wasDown(
      of('esp.ia', () => 0),
      day(1),
    ),
  );
  t.false(
    wasDown(
      of('well.whp', () => 0),
      day(1),
    ),
  );
  t.false(
    wasDown(
      of('esp.run', () => 0),
      day(30),
    ),
  );
});

test('labels without a well, a mode that is none, or a failure before its onset are refused by name', (t) => {
  const well = (failures: unknown) => ({ wells: { a: { failures } } });
  for (const bad of [
    {},
    { wells: { a: 1 } },
    well([{ mode: 'bad_luck', failure: '2025-01-01T00:00:00Z' }]),
    well([{ mode: 'sand', failure: 'soon' }]),
    well([{ mode: 'sand', onset: '2025-02-01T00:00:00Z', failure: '2025-01-01T00:00:00Z' }]),
  ])
    t.throws(() => readLabels(bad), { code: 'DATA_INVALID' });
  const read = readLabels(well([{ mode: 'gas_lock', failure: '2025-01-01T00:00:00Z' }])).get('a');
  t.deepEqual([read?.truth.failures.length, read?.truth.events.length], [0, 1]);
});

test('cutting a file at t changes no score before t', (t) => {
  const { series } = simulateWell({
    ranges: settings.gassy,
    seed: 2,
    index: 1,
    startMs: Date.UTC(2025, 0, 1),
    days: 40,
    stepMs: hourMs,
  });
  const text = seriesCsv(series);
  const whole = robustZScorer().score(parseSeries(text, 'a', none).series);
  for (const cutMs of [day(10), day(10) + 1234, day(25) - 1]) {
    const lines = text.split('\n');
    const cut = lines.filter((line, i) => i === 0 || Date.parse(line.slice(0, 20)) <= cutMs).join('\n');
    const scores = robustZScorer().score(parseSeries(cut, 'a', none).series);
    t.true(scores.length > 5);
    t.deepEqual(scores, whole.filter(({ timeMs }) => timeMs <= cutMs).slice(0, scores.length));
    const inMemory = robustZScorer().score(cutSeries(parseSeries(text, 'a', none).series, cutMs));
    t.deepEqual(inMemory, scores);
  }
});

test('a broken shaft counts as told when its rule opens after it broke; on a quiet well what is told is false', (t) => {
  const minutes = 600;
  const broke = 400;
  const of = (sound: number, broken: number) =>
    Float32Array.from(
      { length: minutes },
      (_, i) => (i < broke ? sound : broken) * (1 + 0.001 * Math.sin(i * i)),
    );
  const series: WellSeries = {
    well: 'a',
    timesMs: Float64Array.from({ length: minutes }, (_, i) => t0 + i * 60_000),
    columns: new Map([
      ['esp.pip', of(5000, 7200)],
      ['esp.pdp', of(16_000, 7600)],
      ['esp.ia', of(50, 20)],
      ['esp.f', of(50, 50)],
      ['well.ql', of(300, 0)],
    ]),
    equipment: none,
  };
  const atMs = t0 + (broke - 0.5) * 60_000;
  const failure: WellFailure = {
    mode: 'broken_shaft',
    onsetMs: atMs,
    failureMs: atMs,
    detectableFromMs: null,
    sudden: true,
  };
  const truth = { failures: [failure], beyond: null, events: [], observedToMs: null };
  const judge = new FastEventJudge();
  t.is(judge.result, null);
  judge.judge(series, truth);
  const [shaft] = judge.result?.events ?? [];
  t.deepEqual(
    [shaft?.event, shaft?.happened, shaft?.toldWithin5Min, shaft?.falseAlarms],
    ['broken_shaft', 1, 1, 0],
  );
  const quiet = new FastEventJudge();
  quiet.judge(series, { ...truth, failures: [] });
  t.is(
    quiet.result?.events.reduce((sum, e) => sum + e.falseAlarms, 0),
    1,
  );
  const hourly = new FastEventJudge();
  hourly.judge({ ...series, timesMs: series.timesMs.map((ms) => ms * 60) }, truth);
  t.is(hourly.result, null);
});

test('the ceiling is what the true severity tells of the same wells, for no more false alarms than were given', (t) => {
  const days = 40;
  const failing = { onsetMs: t0 + 10 * dayMs, failureMs: t0 + 30 * dayMs, detectableFromMs: t0 + 15 * dayMs };
  const records = Array.from({ length: 6 }, (_, i) => ({
    ...record('.'.repeat(days), i < 4 ? failing : null),
    well: `w${i}`,
  }));
  const grown = (day: number): number => Math.max(0, (day - 10) / 20);
  const severities = new Map(
    records.map(({ well }, i) => [well, Array.from({ length: days }, (_, day) => (i < 4 ? grown(day) : 0))]),
  );
  const told = ceilingOf({ severityVariation: 0.2, severities }, records, 0);
  t.is(told.eventRecall, 1);
  t.is(told.falseAlarmsPerWellMonth, 0);
  t.true((told.f1 ?? 0) > 0.8 && (told.prAuc ?? 0) > 0.8 && (told.brierSkill ?? 0) > 0.5);
  const blind = ceilingOf({ severityVariation: 0.2, severities: new Map() }, records, 0);
  t.deepEqual([blind.f1, blind.eventRecall], [0, 0]);
});

const mentions: DayScorer = {
  name: 'one alert a well',
  threshold: 0.5,
  score: ({ timesMs }) => {
    const from = firstSixMs(timesMs[0] ?? 0);
    return record('.....##...', null).scores.map((s, i) => ({ ...s, timeMs: from + i * dayMs }));
  },
};

test('a simulated set is written, read, scored and judged; the labels never reach the scorer', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'balancin-esp-'));
  const summary = writeSet({
    folder,
    setting: 'onshore',
    wells: 4,
    days: 30,
    seed: 1,
    stepMs: hourMs,
    startMs: Date.UTC(2025, 0, 1),
  });
  t.is(summary.wells, 4);
  writeFileSync(join(folder, 'stranger.csv.gz'), gzipSync('timestamp,esp.pip\n2025-01-01T00:00:00Z,5000\n'));
  const seen: string[] = [];
  const warnings: string[] = [];
  const out = join(folder, 'scores.txt');
  const evaluation = await evaluateEsp({
    data: folder,
    labels: join(folder, 'labels.json'),
    out,
    scorer: {
      ...mentions,
      score(series) {
        seen.push(...Object.keys(series));
        return mentions.score(series);
      },
    },
    warn: (line) => warnings.push(line),
  });
  t.deepEqual([...new Set(seen)].sort(), ['columns', 'equipment', 'timesMs', 'well']);
  t.true(warnings.some((line) => line.startsWith('stranger')));
  t.is(evaluation.wells, 4);
  t.true((evaluation.oracle?.f1 ?? -1) >= 0);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  t.is(lines[0], scoreHeader);
  t.is(lines.length, 1 + 5 * 10);
  await t.throwsAsync(
    evaluateEsp({ data: folder, labels: join(folder, 'no.json'), scorer: mentions, warn: () => undefined }),
    {
      code: 'NOT_FOUND',
    },
  );
});

test('a score line has a field a column, and measures of nothing are null', (t) => {
  const score = record('#', null).scores[0] as DayScore;
  t.is(
    scoreLine('a', { ...score, missing: ['esp.pip', 'esp.tm'] }).split(',').length,
    scoreHeader.split(',').length,
  );
  t.is(scoreLine('a', score).slice(0, 35), 'a,2025-01-01T06:00:00Z,0.9,0,1,0.95');
  const empty = measure([], 0.5);
  t.deepEqual([empty.f1, empty.prAuc, empty.eventRecall, empty.leadMedianH], [null, null, null, null]);
});
