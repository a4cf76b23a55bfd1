/** Laws of the feature operator: rows are due by event time, hold changes only, and do not depend on where cycles begin. */
import test from 'ava';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import { BalancinError } from '#schemas/errors.js';
import { createFeatureOperator } from './featureOperator.js';
import type { FeatureSpec } from './featureSpec.js';
import { type MinuteRow, wellForTest, windowBatchOf } from './minuteSeries.js';

const spec: FeatureSpec = {
  name: 'test',
  windowMinutes: 10,
  stepMinutes: 5,
  tags: ['well.tpt.p', 'well.tpt.t'],
  statistics: ['std', 'min', 'max', 'slope', 'last', 'step', 'roughness', 'ripple'],
  width: 16,
  coverageMin: 0.5,
  normalisation: 'dead-band-asinh',
  mask: 'nan',
};
const names = ['', 'well.tpt.p', 'well.tpt.t', 'other'];
const tagName = (_tenant: unknown, id: number): string => names[id] ?? '';
const well = wellForTest(1);

interface Row {
  readonly well: string;
  readonly lane: string;
  readonly minute: number;
  readonly coverage: number;
  readonly values: number[];
}

/** Feeds rows in cycles of so many; returns copies of what came out. */
function run(
  rows: readonly MinuteRow[],
  perCycle: number,
  make = () => createFeatureOperator(spec, { tagName }),
) {
  const operator = make();
  const out: Row[] = [];
  const emit = (b: FeatureBatch) => {
    for (let i = 0; i < b.length; i++)
      out.push({
        well: b.wells[i]?.well ?? '',
        lane: b.lanes[i] ?? '',
        minute: (b.endMs[i] ?? 0) / 60_000,
        coverage: b.coverage[i] ?? 0,
        values: [...b.values.subarray(i * b.width, (i + 1) * b.width)],
      });
  };
  for (let i = 0; i < rows.length; i += perCycle) {
    operator.process(windowBatchOf(rows.slice(i, i + perCycle)), emit);
    operator.endCycle?.({ nowMs: 0 }, emit);
  }
  return { operator, out };
}

/** Minutes `from … to - 1`, both tags. */
function minutes(from: number, to: number, value = (m: number) => 10_000 + 7 * (m % 4)): MinuteRow[] {
  return Array.from({ length: to - from }, (_, k) => from + k).flatMap((minute) => [
    { well, tagId: 1, minute, values: [value(minute), value(minute) + 4] },
    { well, tagId: 2, minute, values: [50 + 0.3 * (minute % 3)] },
  ]);
}

test('a row is due at every multiple of the step once half of its stretch is there', (t) => {
  const { out } = run(minutes(1000, 1021), 2);
  // minutes   1000 … 1004 | 1005 … 1009 | …
  // rows             1005 (5 of 10)  1010  1015  1020
  t.deepEqual(
    out.map((r) => r.minute),
    [1005, 1010, 1015, 1020],
  );
  t.true(out.every((r) => r.coverage === 1));
});

test('rows do not depend on where cycles begin, nor on the order of tags inside one', (t) => {
  const rows = [...minutes(1000, 1100), ...minutes(1150, 1300)];
  const expected = run(rows, 2).out;
  t.true(expected.length > 40);
  for (const perCycle of [6, 34, 120, rows.length]) t.deepEqual(run(rows, perCycle).out, expected);
  const byTag = minutes(1000, 1060).sort((a, b) => a.tagId - b.tagId || a.minute - b.minute);
  t.deepEqual(run(byTag, byTag.length).out, run(minutes(1000, 1060), 2).out);
});

test('the statistics are those of their definitions', (t) => {
  const series = [3, 9, 4, 8, 1, 7, 2, 6, 5, 0].map((x) => 10_000 + x);
  const rows = series.map(
    (v, k): MinuteRow => ({ well, tagId: 1, minute: 1000 + k, values: [v - 3, v + 3] }),
  );
  const { out } = run(rows, 10);
  const values = out.find((r) => r.minute === 1010)?.values ?? [];
  const deadBand = 2;
  const back = (k: number) => Math.sinh(values[k] ?? Number.NaN) * deadBand;
  const mean = 4.5;
  const slope = series.reduce((s, v, i) => s + (v - 10_000 - mean) * (i - 4.5), 0) / 82.5;
  const residual = series.map((v, i) => v - 10_000 - mean - slope * (i - 4.5));
  const differences = series.slice(1).map((v, i) => v - (series[i] ?? 0));
  const close = (actual: number, expected: number) =>
    t.true(Math.abs(actual - expected) < 1e-3, `${actual} ${expected}`);
  close(back(0), Math.sqrt(residual.reduce((s, r) => s + r * r, 0) / 10));
  close(back(1), -4.5);
  close(back(2), 4.5);
  close(back(3), slope * 10);
  close(back(4), -4.5);
  close(back(5), 7);
  close(values[6] ?? 0, differences.reduce((s, d) => s + d * d, 0) / (2 * 82.5));
  close(back(7), 3);
  t.true(values.slice(8).every(Number.isNaN), 'the tag that sent nothing is masked');
});

test('the level of a signal leaves no trace in its features', (t) => {
  const shifted = (by: number) =>
    run(
      minutes(1000, 1011, (m) => by + 7 * (m % 4)),
      2,
    ).out.at(-1)?.values ?? [];
  const [low, high] = [shifted(1000), shifted(9000)];
  low.forEach((v, k) => t.true(Math.abs(v - (high[k] ?? 0)) < 1e-4));
});

test('absolute time leaves no trace in the features', (t) => {
  const value = (from: number) => (m: number) => 10_000 + 7 * ((m - from) % 4);
  const at = (from: number) =>
    run(
      minutes(from, from + 11, value(from)).filter((r) => r.tagId === 1),
      2,
    ).out.at(-1)?.values;
  t.deepEqual(at(1000), at(29_000_000));
});

test('a signal that stands still, is out of its physical range or a sentinel is masked, and coverage says so', (t) => {
  for (const value of [() => 5000, () => 400_000, () => -999]) {
    const rows = minutes(1000, 1011, value).map((r) => (r.tagId === 1 ? { ...r, values: [value()] } : r));
    const last = run(rows, 2).out.at(-1);
    t.is(last?.coverage, 0.5);
    t.true(last?.values.slice(0, 8).every(Number.isNaN));
    t.false(last?.values.slice(8).some(Number.isNaN));
  }
});

test('late partials, unusable minutes and other tags change nothing', (t) => {
  const rows = minutes(1000, 1031);
  const more = rows.flatMap((r): MinuteRow[] => [
    r,
    { ...r, values: [99_000], late: true },
    { ...r, tagId: 3, values: [1] },
    { ...r, values: [], bad: 3 },
  ]);
  t.deepEqual(run(more, 8).out, run(rows, 2).out);
});

test('live and backfill of one well are two stretches', (t) => {
  const live = minutes(1000, 1011);
  const back = minutes(1000, 1011, (m) => 20_000 + 900 * (m % 2)).map((r) => ({
    ...r,
    lane: 'backfill' as const,
  }));
  const { out } = run([...live, ...back], 4);
  t.deepEqual(
    out.filter((r) => r.lane === 'live'),
    run(live, 2).out,
  );
  t.is(out.filter((r) => r.lane === 'backfill').length, 2);
});

test('a restored operator goes on as if nothing had happened, and the state keeps its size', (t) => {
  const rows = [
    ...minutes(1000, 1053),
    ...minutes(1040, 1060).map((r) => ({ ...r, lane: 'backfill' as const })),
  ];
  const first = run(rows, 2);
  const restored = createFeatureOperator(spec, { tagName });
  let bytes = 0;
  first.operator.state?.drainChanges({
    put: (key, value) => {
      bytes = value.byteLength;
      restored.state?.restore(key, value.slice());
    },
    remove: () => t.fail(),
  });
  t.is(bytes, 4 + 2 * (16 + 10 * 2 * 8));
  const later = minutes(1053, 1100);
  const on = run(later, 2, () => restored).out;
  t.true(on.length > 5);
  t.deepEqual(on, run(later, 2, () => first.operator).out);
  let again = 0;
  restored.state?.drainChanges({ put: () => again++, remove: () => t.fail() });
  t.is(again, 1, 'what changed is written');
  restored.state?.drainChanges({ put: () => again++, remove: () => t.fail() });
  t.is(again, 1, 'and only once');
});

test('state of another spec is refused', (t) => {
  const { operator } = run(minutes(1000, 1010), 2);
  const other = createFeatureOperator({ ...spec, windowMinutes: 20 }, { tagName });
  operator.state?.drainAll({
    put: (key, value) => {
      const error = t.throws(() => other.state?.restore(key, value), { instanceOf: BalancinError });
      t.is(error?.code, 'STATE_VERSION');
    },
    remove: () => t.fail(),
  });
});

test('beyond its limit of wells an operator leaves new ones out, counted, and serves the rest', (t) => {
  const rows = minutes(1000, 1011).flatMap((r) => [r, { ...r, well: wellForTest(2) }]);
  const { operator, out } = run(rows, 4, () => createFeatureOperator(spec, { tagName, slotsMax: 1 }));
  t.true(out.length === 2 && out.every((r) => r.well === 'w1'));
  t.is(operator.refused, rows.length / 2);
});

test('hundreds of wells stay apart, each as if it were alone', (t) => {
  const value = (w: number) => (m: number) => 10_000 + w * ((m * 7) % 5);
  const one = (w: number) => minutes(1000, 1011, value(w)).map((r) => ({ ...r, well: wellForTest(w) }));
  const all = Array.from({ length: 300 }, (_, w) => one(w + 1));
  const rows = Array.from({ length: 22 }, (_, k) => all.map((list) => list[k] as MinuteRow)).flat();
  const { out } = run(rows, 600);
  t.is(out.length, 600);
  for (const w of [1, 64, 65, 128, 129, 257, 300])
    t.deepEqual(
      out.filter((r) => r.well === `w${w}`),
      run(one(w), 2).out,
    );
});

test('tenants that are not wanted cost nothing and get nothing', (t) => {
  const rows = minutes(1000, 1011).map((r) => ({ ...r, well: wellForTest(1, { machineLearning: false }) }));
  const { out } = run(rows, 4, () =>
    createFeatureOperator(spec, { tagName, wanted: (tenant) => tenant.machineLearning }),
  );
  t.is(out.length, 0);
});

for (const [what, change] of [
  ['whose width is not tags × statistics', { width: 3 }],
  ['with a step longer than its stretch', { stepMinutes: 11 }],
  ['with a stretch that would cost too much state', { windowMinutes: 1000 }],
  ['that names a tag twice', { tags: ['a', 'a'] }],
] as const)
  test(`a spec ${what} is refused`, (t) => {
    const error = t.throws(() => createFeatureOperator({ ...spec, ...change }, { tagName }), {
      instanceOf: BalancinError,
    });
    t.is(error?.code, 'CONFIG_INVALID');
  });
