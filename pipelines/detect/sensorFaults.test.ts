/** Laws of sensor faults that need more than a minute to see, of bad input, and of settings by tenant, site, well and tag. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import { quality as code } from '#schemas/signals/quality.js';
import { type MinuteRow, wellForTest, windowBatchOf } from '../features/minuteSeries.js';
import type { DetectionRule } from './detectionRules.js';
import { createDetectOperator } from './detectOperator.js';
import { findingText } from './findingText.js';
import { WatchedTags } from './watchedTags.js';

const tags = ['', 'well.pdg.p', 'well.tpt.p', 'well.tpt.t', 'esp.ia'];
const [pdg, tpt, temperature, current] = [1, 2, 3, 4];
const tagName = (_tenant: unknown, id: number): string => tags[id] ?? '';
const well = wellForTest(1);
const first = 30_000_960 - (30_000_960 % 1440);

/** Five samples a minute about a level, never the same. */
const samples = (m: number, level: number, scatter = 1): number[] =>
  [0, 1, 2, 3, 4].map((k) => level + scatter * Math.sin(m * 1.7 + k * 2.4));

function series(tagId: number, to: number, values: (m: number) => number[] | null, step = 1): MinuteRow[] {
  const rows: MinuteRow[] = [];
  for (let m = 0; m < to; m += step) {
    const v = values(m);
    if (v) rows.push({ well, tagId, minute: first + m, values: v });
  }
  return rows;
}

const inOrder = (...lists: MinuteRow[][]): MinuteRow[] => lists.flat().sort((a, b) => a.minute - b.minute);

function run(
  rows: readonly MinuteRow[],
  { rules = [] as readonly DetectionRule[], perCycle = 50, cut = 0 } = {},
) {
  const found: Anomaly[] = [];
  const emit = (a: Anomaly) => found.push({ ...a });
  let operator = createDetectOperator({ tagName, rules });
  for (let i = 0; i < rows.length; i += perCycle) {
    operator.process(windowBatchOf(rows.slice(i, i + perCycle)), emit);
    operator.endCycle?.({ nowMs: 0 }, emit);
    if (cut === 0 || i > cut || i + perCycle <= cut) continue;
    const restored = createDetectOperator({ tagName, rules });
    operator.state?.drainAll({
      put: (key, value) => restored.state?.restore(key, value.slice()),
      remove: () => {},
    });
    operator = restored;
  }
  return found;
}

/** Minutes counted from `first`. */
const brief = (found: readonly Anomaly[]) =>
  found.map((a) => [
    a.textKey,
    a.startMs / 60_000 - first,
    a.endMs === null ? null : a.endMs / 60_000 - first,
  ]);

const others = series(temperature, 400, (m) => samples(m, 50));

test('noise many times the usual about one level is an erratic sensor: once, quiet, and nothing of the process', (t) => {
  const rows = series(pdg, 400, (m) => samples(m, 10_000, m >= 100 && m < 200 ? 300 : 1));
  const found = run(inOrder(rows, others));
  t.deepEqual(brief(found), [
    ['erratic', 100, null],
    ['erratic', 100, 200],
  ]);
  t.true(found.every((a) => a.kind === 'quality' && a.severity === 'info' && a.unit === 'kPa'));
});

test('a process that swings wide, or noise that only triples, is no erratic sensor', (t) => {
  const swing = (m: number) => samples(m, 10_000 + (m >= 100 ? 400 * Math.sin(m) : 0), m >= 100 ? 100 : 1);
  t.false(run(series(pdg, 400, swing)).some((a) => a.textKey === 'erratic'));
  t.deepEqual(run(series(pdg, 400, (m) => samples(m, 10_000, m >= 100 ? 3 : 1))), []);
});

test('a level times a factor of conversion from one minute to the next is another unit, both ways, until it is back', (t) => {
  for (const [tagId, level, to] of [
    [pdg, 10_000, 10_000 / 6.894757],
    [pdg, 1500, 1500 * 6.894757],
    [pdg, 20_000, 200],
    [temperature, 80, 176],
  ] as const) {
    const found = run(series(tagId, 400, (m) => samples(m, m >= 100 && m < 200 ? to : level, 0.5)));
    t.deepEqual(brief(found), [
      ['unitChanged', 100, null],
      ['unitChanged', 100, 200],
    ]);
    t.true(found.every((a) => a.kind === 'quality'));
  }
});

test('a fall by another factor, or to that level by and by, is the process', (t) => {
  const keys = (values: (m: number) => number[]) => [
    ...new Set(run(series(pdg, 400, values)).map((a) => a.textKey)),
  ];
  t.deepEqual(
    keys((m) => samples(m, m >= 100 ? 4000 : 10_000)),
    ['low'],
  );
  t.deepEqual(
    keys((m) => samples(m, m < 100 ? 10_000 : Math.max(1450, 10_000 - (m - 100) * 300))),
    ['low'],
  );
});

test('another unit that stays a day is said to end then, and the sensor is watched again', (t) => {
  const found = run(series(pdg, 4000, (m) => samples(m, m < 100 ? 1500 : 1500 * 6.894757)));
  t.deepEqual(brief(found.filter((a) => a.kind === 'quality')), [
    ['unitChanged', 100, null],
    ['unitChanged', 100, 1540],
  ]);
  t.true(found.filter((a) => a.kind === 'process').length <= 2);
});

const days = 1440;
const creeping = (m: number) => samples(m, 20_000 - Math.max(0, m - 3 * days) * (5 / days), 0.5);

test('a gauge that creeps alone drifts; when its neighbour goes along it is the reservoir', (t) => {
  const steady = (m: number) => samples(m, 15_000 + 30 * Math.sin((m * 2 * Math.PI) / days), 0.5);
  const of = (other: (m: number) => number[]) =>
    run(inOrder(series(pdg, 20 * days, creeping, 10), series(tpt, 20 * days, other, 10))).filter(
      (a) => a.textKey === 'drift',
    );
  const [found, ...more] = of(steady);
  t.is(found?.tag, 'well.pdg.p');
  t.is(found?.endMs, null);
  t.deepEqual(more, []);
  t.true((found?.actual ?? 0) < (found?.expected ?? 0));
  t.deepEqual(
    of((m) => creeping(m).map((v) => v - 5000)),
    [],
  );
  t.deepEqual(
    run(series(pdg, 20 * days, creeping, 10)).filter((a) => a.textKey === 'drift'),
    [],
  );
});

const fault = (tagId: number, minute: number): MinuteRow => ({
  well,
  tagId,
  minute: minute + 5_000_000,
  values: [],
  bad: 5,
  flags: 1 << code.badClockFault,
});

test('a wrong clock is one finding a well, of no signal, and ends when its time is right again', (t) => {
  const right = inOrder(
    series(pdg, 400, (m) => samples(m, 10_000)),
    others,
  );
  const rows = right.flatMap((row) => {
    const m = row.minute - first;
    return m >= 100 && m < 150 ? [row, fault(row.tagId, row.minute)] : [row];
  });
  const found = run(rows, { perCycle: 2 });
  t.deepEqual(
    found.map((a) => [a.textKey, a.tag, a.kind, a.endMs === null]),
    [
      ['clockFault', null, 'quality', true],
      ['clockFault', null, 'quality', false],
    ],
  );
  t.is((found[0]?.startMs ?? 0) / 60_000 - first, 100);
  t.true(Math.abs((found[1]?.endMs ?? 0) / 60_000 - first - 150) <= 1);
  t.deepEqual(
    run(right.flatMap((row, i) => (i % 300 === 5 ? [row, fault(row.tagId, row.minute)] : [row]))),
    [],
  );
});

const eventful = inOrder(
  series(pdg, 600, (m) => (m >= 200 && m < 260 ? samples(m, 10_000 / 6.894757) : samples(m, 10_000))),
  series(tpt, 600, (m) => samples(m, 12_000, m >= 300 && m < 400 ? 500 : 1)),
).flatMap((row) => {
  const m = row.minute - first;
  return m >= 450 && m < 480 ? [row, fault(row.tagId, row.minute)] : [row];
});

test('restored at any moment, or with cycles of another length, the same is found, and each has a text in both languages', (t) => {
  const key = (found: Anomaly[]) => found.map((a) => JSON.stringify([a.anomalyId, a.endMs, a.score])).sort();
  const expected = run(eventful, { perCycle: 2 });
  t.is(expected.length, 6);
  for (const cut of [410, 500, 700, 950, 1000])
    t.deepEqual(key(run(eventful, { perCycle: 2, cut })), key(expected));
  t.deepEqual(key(run(eventful, { perCycle: 1 })), key(expected));
  for (const { detector, textKey } of expected) {
    t.not(findingText(detector, textKey, 'es'), textKey);
    t.not(findingText(detector, textKey, 'en'), findingText(detector, textKey, 'es'));
  }
});

// Bad input: each a stream of days, none of which may flood.
const wild: Record<string, () => MinuteRow[]> = {
  'a constant signal': () => series(pdg, 3000, () => [5000, 5000]),
  'nothing but missing samples': () => series(pdg, 3000, () => []),
  'one sample a day': () => series(pdg, 60 * days, (m) => [5000 + (m % 7)], days),
  'one kilohertz': () =>
    series(pdg, 20, (m) => Array.from({ length: 60_000 }, (_, k) => 5000 + Math.sin(m + k / 50))),
  'signals that appear and vanish by the hour': () =>
    inOrder(
      series(pdg, 3000, (m) => (Math.floor(m / 60) % 2 ? samples(m, 10_000) : null)),
      series(tpt, 3000, (m) => (Math.floor(m / 60) % 2 ? null : samples(m, 9000))),
    ),
  'a sensor that is gone for twenty minutes of every hour': () =>
    inOrder(
      series(pdg, 6000, (m) => (m % 60 < 20 ? null : samples(m, 10_000))),
      series(tpt, 6000, (m) => samples(m, 9000)),
    ),
  'a unit that changes every ten minutes': () =>
    series(pdg, 3000, (m) => samples(m, Math.floor(m / 10) % 2 ? 1500 : 1500 * 6.894757)),
  'a clock that steps back and forth': () =>
    series(pdg, 3000, (m) => samples(m, 10_000)).map((row, i) => ({
      ...row,
      minute: row.minute + (i % 40 < 3 ? 9000 : 0),
    })),
  'every minute twice': () => series(pdg, 3000, (m) => samples(m, 10_000)).flatMap((row) => [row, row]),
  'minutes out of order': () =>
    series(pdg, 3000, (m) => samples(m, 10_000)).map((row, i, all) => all[i ^ 7] ?? row),
  'infinities and numbers without bounds': () =>
    series(current, 3000, (m) => [m % 3 === 0 ? 3e38 : m % 3 === 1 ? -3e38 : 1e-38]),
};
for (const [what, rows] of Object.entries(wild))
  test(`${what}: no crash, no number that is none, no flood`, (t) => {
    const found = run(rows());
    t.true(
      found.length <= 10,
      `${found.length} findings: ${[...new Set(found.map((a) => a.textKey))].join(' ')}`,
    );
    for (const a of found)
      for (const v of [a.score, a.startMs, a.endMs, a.expected, a.actual])
        t.true(v === null || Number.isFinite(v), `${a.textKey} ${v}`);
  });

test('the most specific rule that says something of a setting wins, whatever the order they stand in', (t) => {
  const step = inOrder(
    series(pdg, 300, (m) => samples(m, m >= 100 ? 10_060 : 10_000)),
    series(tpt, 300, (m) => samples(m, m >= 100 ? 12_060 : 12_000)),
  );
  const found = (...rules: DetectionRule[]) =>
    [...new Set(run(step, { rules }).map((a) => a.tag ?? ''))].sort((a, b) => a.localeCompare(b));
  const both = ['well.pdg.p', 'well.tpt.p'];
  t.deepEqual(found(), both);
  t.deepEqual(found({ tag: 'well.pdg.p', muted: true }), ['well.tpt.p']);
  t.deepEqual(found({ tenant: 'acme', muted: true }), []);
  t.deepEqual(found({ tenant: 'other', muted: true }), both);
  const byWell = { tenant: 'acme', site: 'norte', well: 'w1' };
  t.deepEqual(found({ ...byWell, muted: false }, { tenant: 'acme', muted: true }), both);
  t.deepEqual(found({ ...byWell, well: 'w2', muted: true }), both);
  t.deepEqual(found({ tenant: 'acme', sensitivity: 0.01 }), []);
  t.deepEqual(found({ tag: 'well.tpt.p', deadBand: 50 }), ['well.pdg.p']);
  t.deepEqual(
    run(step, { rules: [{ tag: 'well.pdg.p', high: 10_050 }] })
      .map((a) => a.textKey)
      .sort(),
    ['high', 'outOfRange'],
  );
});

test('water cut, gas-oil ratio, H₂S and insulation are watched for their level; fillage and running time are not', (t) => {
  const watched = new WatchedTags();
  const continuous = (tag: string): boolean => watched.at(watched.indexOf(tag)).continuous;
  for (const tag of ['well.wcut', 'well.bsw', 'well.gor', 'well.h2s', 'esp.insul'])
    t.true(continuous(tag), tag);
  for (const tag of ['srp.fillage', 'srp.runtime', 'esp.signal', 'well.choke', 'no.such'])
    t.false(continuous(tag), tag);
});

test('a water cut that steps from 30 to 55 % is one finding within minutes, one that breathes by 2 % none', (t) => {
  const at = tags.push('well.wcut') - 1;
  const levels = (step: number) =>
    series(at, 900, (m) =>
      samples(m, m < 600 ? 30 + 2 * Math.sin(m / 40) : 30 + step + 2 * Math.sin(m / 40), 0.5),
    );
  const found = run(levels(25)).filter(({ detector }) => detector === 'robust-level');
  t.is(found.filter(({ endMs }) => endMs === null).length, 1);
  const delay = (found[0]?.startMs ?? 0) / 60_000 - first - 600;
  t.true(delay >= 0 && delay <= 15, `${delay} min`);
  t.deepEqual(run(levels(0)), []);
});
