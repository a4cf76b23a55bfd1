/** Laws of detection: bad sensors are one quiet finding each and teach nothing; levels alarm late, once, and never look ahead. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import { BalancinError } from '#schemas/errors.js';
import { quality as code } from '#schemas/signals/quality.js';
import { type MinuteRow, wellForTest, windowBatchOf } from '../features/minuteSeries.js';
import { createDetectOperator } from './detectOperator.js';
import { findingText, findingTexts } from './findingText.js';
import { SensorTable } from './sensorTable.js';

const tags = ['', 'well.tpt.p', 'well.tpt.t', 'well.choke', 'acme.custom', 'gl.qgi'];
const [pressure, temperature, choke, custom, rate] = [1, 2, 3, 4, 5];
const tagName = (_tenant: unknown, id: number): string => tags[id] ?? '';
const well = wellForTest(1);
const first = 30_000_000;

/** A breathing signal around a level: a deterministic swing of ± 1, three samples a minute. */
const breathing = (m: number, level: number): number[] => [
  level + Math.sin(m * 1.7),
  level + Math.sin(m * 1.7 + 1),
  level + Math.sin(m * 1.7 + 2),
];

/** Minutes `from … to - 1` of one tag; `values` null leaves the minute out. */
function series(
  tagId: number,
  from: number,
  to: number,
  values: (m: number) => number[] | null = (m) => breathing(m, 10_000),
): MinuteRow[] {
  const rows: MinuteRow[] = [];
  for (let m = from; m < to; m++) {
    const v = values(m);
    if (v) rows.push({ well, tagId, minute: first + m, values: v });
  }
  return rows;
}

/** In event time across tags, as windows close. */
const inOrder = (...lists: MinuteRow[][]): MinuteRow[] => lists.flat().sort((a, b) => a.minute - b.minute);

function run(
  rows: readonly MinuteRow[],
  perCycle = 3,
  operator = createDetectOperator({ tagName }),
): { found: Anomaly[]; operator: ReturnType<typeof createDetectOperator> } {
  const found: Anomaly[] = [];
  const emit = (a: Anomaly) => found.push({ ...a });
  for (let i = 0; i < rows.length; i += perCycle) {
    operator.process(windowBatchOf(rows.slice(i, i + perCycle)), emit);
    operator.endCycle?.({ nowMs: 0 }, emit);
  }
  return { found, operator };
}

/** What was found, minutes counted from `first`. */
const brief = (found: readonly Anomaly[]) =>
  found.map((a) => [
    a.textKey,
    a.startMs / 60_000 - first,
    a.endMs === null ? null : a.endMs / 60_000 - first,
  ]);

const other = series(temperature, 0, 400, (m) => breathing(m, 50));

for (const [what, values, bad, expected] of [
  [
    'zero for ten minutes is dead',
    () => [0, 0],
    {},
    [
      ['dead', 100, null],
      ['dead', 100, 150],
    ],
  ],
  [
    'one value for an hour is frozen',
    () => [10_003.5, 10_003.5],
    {},
    [
      ['frozen', 100, null],
      ['frozen', 100, 200],
    ],
  ],
  [
    'a pressure of 400 MPa is out of range',
    () => [400_000],
    {},
    [
      ['outOfRange', 100, null],
      ['outOfRange', 100, 150],
    ],
  ],
  [
    'a sentinel among good samples is a sentinel',
    () => [10_000, -999],
    {},
    [
      ['sentinel', 100, null],
      ['sentinel', 100, 150],
    ],
  ],
  [
    'samples of bad quality only are unusable',
    () => [],
    { bad: 5, flags: 1 << code.bad },
    [
      ['unusable', 100, null],
      ['unusable', 100, 150],
    ],
  ],
  [
    'no sample while the well goes on is missing',
    () => null,
    {},
    [
      ['missing', 100, null],
      ['missing', 100, 150],
    ],
  ],
] as const)
  test(`${what}: one finding opened, one closing, and none of the process`, (t) => {
    const until = expected[1][2];
    const faulty = inOrder(
      series(pressure, 0, 300, (m) => (m >= 100 && m < until ? values() : breathing(m, 10_000))).map((r) =>
        r.minute - first >= 100 && r.minute - first < until ? { ...r, ...bad } : r,
      ),
      other.filter((r) => r.minute < first + 300),
    );
    const { found } = run(faulty);
    t.deepEqual(brief(found), expected as unknown as typeof found);
    t.true(found.every((a) => a.kind === 'quality' && a.severity === 'info' && a.tag === 'well.tpt.p'));
    t.is(found[0]?.anomalyId, found[1]?.anomalyId);
  });

test('a sensor that flickers between bad and good is one finding', (t) => {
  const rows = series(pressure, 0, 300, (m) =>
    m >= 100 && m < 200 && m % 5 !== 0 ? [-999] : breathing(m, 10_000),
  );
  t.deepEqual(brief(run(rows).found), [
    ['sentinel', 101, null],
    ['sentinel', 101, 200],
  ]);
});

test('two bad minutes are not worth a finding', (t) => {
  const rows = series(pressure, 0, 300, (m) => (m % 50 < 2 ? [-99.99] : breathing(m, 10_000)));
  t.deepEqual(run(rows).found, []);
});

test('a frozen sensor that jumps to another value and sticks there is still the same finding', (t) => {
  const rows = series(pressure, 0, 300, (m) =>
    m < 100 ? breathing(m, 10_000) : [m < 200 ? 10_000.5 : 10_001],
  );
  const { found } = run(rows);
  t.deepEqual(brief(found), [['frozen', 100, null]]);
  t.is(found[0]?.actual, 10_000.5);
});

test('what stands still by nature is not frozen, and nothing is assumed of a tag nobody described', (t) => {
  const rows = inOrder(
    series(choke, 0, 2000, () => [35]),
    series(custom, 0, 2000, (m) => [m < 1000 ? 0 : 1e9]),
    series(rate, 0, 2000, () => [0]),
  );
  t.deepEqual(run(rows).found, []);
});

test('a well that falls silent as a whole has no missing sensor', (t) => {
  const rows = inOrder(series(pressure, 0, 400), other).filter(
    (r) => r.minute - first < 100 || r.minute - first >= 350,
  );
  t.deepEqual(run(rows).found, []);
});

//             0        30        100   105        200           210
// value       |  learns | usual    | +60 …         | usual …
// finding                            opens at 105  (ten minutes inside) closes: ends at 200
test('a step is found after five minutes, once, with what was expected and what was seen, and ends', (t) => {
  const rows = series(pressure, 0, 300, (m) => breathing(m, m >= 100 && m < 200 ? 10_060 : 10_000));
  const { found } = run(rows);
  t.deepEqual(brief(found), [
    ['high', 100, null],
    ['high', 100, 200],
  ]);
  const [opened, closed] = found;
  t.is(opened?.kind, 'process');
  t.is(opened?.unit, 'kPa');
  t.true(Math.abs((opened?.expected ?? 0) - 10_000) < 1);
  t.true(Math.abs((closed?.actual ?? 0) - 10_060) < 2);
  t.true((closed?.score ?? 0) >= (opened?.score ?? 1e9));
  t.is(opened?.anomalyId, closed?.anomalyId);
});

test('nothing is said before it is known: what comes later changes no finding made so far', (t) => {
  const rows = series(pressure, 0, 300, (m) => breathing(m, m >= 100 ? 9940 : 10_000));
  for (const end of [103, 104, 105, 150])
    t.deepEqual(
      brief(run(rows.slice(0, end)).found),
      end < 105 ? [] : [['low', 100, null]],
      `up to minute ${end}`,
    );
});

test('four minutes away, or a move within five dead bands, is no finding', (t) => {
  t.deepEqual(run(series(pressure, 0, 300, (m) => breathing(m, m % 50 < 4 ? 10_500 : 10_000))).found, []);
  t.deepEqual(run(series(pressure, 0, 300, (m) => breathing(m, m >= 100 ? 10_008 : 10_000))).found, []);
});

test('an open level is not learned, and after a day it is closed as a question and learned anew', (t) => {
  const rows = series(pressure, 0, 3000, (m) => breathing(m, m >= 100 ? 10_500 : 10_000));
  t.deepEqual(brief(run(rows).found), [
    ['high', 100, null],
    ['newNormal', 100, 100 + 1440],
  ]);
});

test('minutes of a bad sensor neither alarm nor teach: after them the level is what it was', (t) => {
  const rows = series(pressure, 0, 400, (m) =>
    m >= 100 && m < 200 ? [0, 0] : breathing(m, m >= 300 ? 9900 : 10_000),
  );
  const process = run(rows).found.filter((a) => a.kind === 'process');
  t.deepEqual(brief(process), [['low', 300, null]]);
  t.true(Math.abs((process[0]?.expected ?? 0) - 10_000) < 1);
});

test('live and backfill of one sensor are watched apart', (t) => {
  const live = series(pressure, 0, 300);
  const past = series(pressure, 0, 300, (m) => breathing(m, 20_000)).map((r) => ({
    ...r,
    lane: 'backfill' as const,
  }));
  t.deepEqual(run(inOrder(live, past)).found, []);
  const step = past.map((r) =>
    r.minute - first >= 100 ? { ...r, values: r.values.map((v) => v + 500) } : r,
  );
  const { found } = run(inOrder(live, step));
  t.deepEqual(
    found.map((a) => a.lane),
    ['backfill'],
  );
});

test('hundreds of wells stay apart, restored or not', (t) => {
  const one = (w: number) =>
    series(pressure, 0, 130, (m) => breathing(m, m >= 100 && w % 10 === 0 ? 10_500 : 10_000)).map((r) => ({
      ...r,
      well: wellForTest(w),
    }));
  const rows = inOrder(...Array.from({ length: 300 }, (_, w) => one(w + 1)));
  const half = rows.length / 2;
  const before = run(rows.slice(0, half), 600);
  const restored = createDetectOperator({ tagName });
  before.operator.state?.drainAll({
    put: (key, value) => restored.state?.restore(key, value.slice()),
    remove: () => t.fail(),
  });
  const expected = Array.from({ length: 30 }, (_, k) => 10 * (k + 1));
  for (const operator of [before.operator, restored]) {
    const { found } = run(rows.slice(half), 600, operator);
    t.deepEqual(
      found.map((a) => a.well.wellId),
      expected,
    );
  }
});

test('late partials and minutes already seen change nothing', (t) => {
  const rows = series(pressure, 0, 200);
  const more = rows.flatMap((r): MinuteRow[] => [
    r,
    { ...r, values: [99_999], late: true },
    { ...r, minute: r.minute - 3, values: [55] },
  ]);
  t.deepEqual(run(more, 5).found, []);
});

test('a sample from the future does not make the present look old', (t) => {
  const rows = series(pressure, 0, 300, (m) => breathing(m, m >= 100 ? 10_500 : 10_000));
  const future: MinuteRow = {
    well,
    tagId: pressure,
    minute: first + 100_000,
    values: [],
    bad: 1,
    flags: 1 << code.badClockFault,
  };
  t.deepEqual(brief(run([...rows.slice(0, 50), future, ...rows.slice(50)]).found), [['high', 100, null]]);
});

const eventful = inOrder(
  series(pressure, 0, 600, (m) => {
    if (m >= 100 && m < 180) return breathing(m, 10_500);
    if (m >= 300 && m < 350) return null;
    return m >= 400 && m < 480 ? [0] : breathing(m, 10_000);
  }),
  series(temperature, 0, 600, (m) => (m >= 200 && m < 260 ? [-999] : breathing(m, 50))),
);

test('the same findings come out wherever cycles begin', (t) => {
  const sorted = (perCycle: number) =>
    run(eventful, perCycle).found.sort((a, b) => a.startMs - b.startMs || (a.endMs ?? 0) - (b.endMs ?? 0));
  const expected = sorted(1);
  t.is(expected.length, 8);
  for (const perCycle of [2, 7, 50, eventful.length]) t.deepEqual(sorted(perCycle), expected);
});

test('an operator restored at any moment goes on as if nothing had happened', (t) => {
  const expected = run(eventful, 2).found;
  for (const cut of [60, 210, 300, 660, 900]) {
    const before = run(eventful.slice(0, cut), 2);
    const restored = createDetectOperator({ tagName });
    before.operator.state?.drainChanges({
      put: (key, value) => restored.state?.restore(key, value.slice()),
      remove: () => t.fail(),
    });
    const after = run(eventful.slice(cut), 2, restored);
    t.deepEqual([...before.found, ...after.found], expected);
  }
});

const days = 9;
const end = days * 1440;
const stepAt = end - 1000;
const slowSwing = (m: number): number[] => [10_000 + 20 * Math.sin(m / 230) + Math.sin(m * 1.7)];
const steppedAt = (at: number, by: number) => (m: number) => slowSwing(m).map((v) => (m < at ? v : v + by));
const movedChoke = (m: number): number[] => [(m < stepAt ? 30 : 40) + (m % 2) / 10];
const novel = (found: readonly Anomaly[]) => brief(found.filter((a) => a.detector === 'novelty'));

test('a step beyond all that a week has shown is one finding of novelty, which ends an hour after it is back', (t) => {
  const back = stepAt + 700;
  const pulse = (m: number): number[] => (m < back ? steppedAt(stepAt, 400)(m) : slowSwing(m));
  const found = novel(run(series(pressure, 0, end, pulse), 1).found);
  t.deepEqual(
    found.slice(0, 2).map(([key, start]) => [key, start]),
    [
      ['high', stepAt],
      ['high', stepAt],
    ],
  );
  t.is(found[0]?.[2], null);
  const ended = found[1]?.[2] as number;
  t.true(ended >= back + 59 && ended < back + 90, `${ended - back}`);
  t.deepEqual(novel(run(series(pressure, 0, end, slowSwing), 1).found), []);
  t.deepEqual(
    novel(run(series(pressure, 0, 5000, steppedAt(4000, 400)), 1).found),
    [],
    'three days are no week',
  );
});

test('what stays novel for a day is frozen out of what is usual, and then a new normal for a person to judge', (t) => {
  const { found } = run(series(pressure, 0, stepAt + 2600, steppedAt(stepAt, 400)), 1);
  const said = found.filter((a) => a.detector === 'novelty');
  t.deepEqual(
    said.map(({ textKey, endMs }) => [textKey, endMs === null ? null : endMs / 60_000 - first - stepAt]),
    [
      ['high', null],
      ['newNormal', 1440],
    ],
  );
  t.true(Math.abs((said[1]?.expected ?? 0) - 10_000) < 40, 'the level of before is still what is expected');
});

test("the same step just after the choke was moved is nobody's finding, and one an hour and a half later is", (t) => {
  const rows = (at: number) =>
    inOrder(series(choke, stepAt - 500, end, movedChoke), series(pressure, 0, end, steppedAt(at, 400)));
  const process = run(rows(stepAt + 2), 2).found.filter((a) => a.kind === 'process');
  t.deepEqual(process, []);
  t.deepEqual(novel(run(rows(stepAt + 90), 2).found)[0], ['high', stepAt + 90, null]);
});

test('novelty goes on after a restart as if there had been none', (t) => {
  const rows = inOrder(
    series(choke, stepAt - 500, end, movedChoke),
    series(pressure, 0, end, steppedAt(stepAt + 90, -400)),
  );
  const whole = run(rows, 2).found;
  t.true(novel(whole).length > 0);
  for (const cut of [3000, end - 490, end - 300, end - 310, end + 100]) {
    const before = run(rows.slice(0, cut), 2);
    const restored = createDetectOperator({ tagName });
    before.operator.state?.drainAll({
      put: (key, value) => restored.state?.restore(key, value),
      remove: () => t.fail(),
    });
    t.deepEqual([...before.found, ...run(rows.slice(cut), 2, restored).found], whole);
  }
});

test('state kept from what changed each cycle is the whole of it', (t) => {
  const rows = inOrder(
    series(choke, stepAt - 500, end, movedChoke),
    series(pressure, 0, end, steppedAt(stepAt + 90, -400)),
    series(temperature, 3000, end, slowSwing),
  );
  const kept = new Map<number, string>();
  const into = (map: Map<number, string>) => ({
    put: (key: number, value: Uint8Array) => void map.set(key, Buffer.from(value).toString('base64')),
    remove: () => t.fail(),
  });
  const operator = createDetectOperator({ tagName });
  for (let i = 0; i < rows.length; i += 50) {
    run(rows.slice(i, i + 50), 50, operator);
    operator.state?.drainChanges(into(kept));
    if (i % 5000 !== 0) continue;
    const restored = createDetectOperator({ tagName });
    for (const [key, value] of kept) restored.state?.restore(key, Buffer.from(value, 'base64'));
    const all = new Map<number, string>();
    restored.state?.drainAll(into(all));
    for (const [key, value] of kept) t.is(all.get(key), value);
  }
  t.is(kept.size, 8, 'the well, and the hours of each day of the week');
});

test('state holds what changed, once: by the minute in 320 bytes a healthy sensor, hours of the week when they end', (t) => {
  const rows = inOrder(series(pressure, 0, 200), series(temperature, 0, 200));
  const operator = createDetectOperator({ tagName });
  const keys: number[] = [];
  const sizes: number[] = [];
  const out = {
    put: (key: number, value: Uint8Array) => {
      keys.push(key);
      sizes.push(value.byteLength);
    },
    remove: () => t.fail(),
  };
  for (let i = 0; i < rows.length; i += 2) {
    run(rows.slice(i, i + 2), 2, operator);
    operator.state?.drainChanges(out);
    operator.state?.drainChanges(out);
  }
  const ended = keys.filter((key) => key % 8 !== 0);
  t.is(keys.length - ended.length, 200);
  t.is(ended.length, 3, 'three hours ended');
  t.true(Math.max(...sizes) <= 4 + 16 + 8 + 2 * 320 + 4, String(Math.max(...sizes)));
});

test('a well whose id leaves no room for its keys is refused, loudly', (t) => {
  const last = 2 ** 28 - 2;
  for (const [id, code] of [
    [last, undefined],
    [last + 1, 'LIMIT_REACHED'],
  ] as const) {
    const { operator } = run(series(pressure, 0, 3).map((r) => ({ ...r, well: wellForTest(id) })));
    const drain = () => operator.state?.drainChanges({ put: () => {}, remove: () => {} });
    if (code === undefined) t.notThrows(drain);
    else t.is(t.throws(drain, { instanceOf: BalancinError })?.code, code);
  }
});

test('state of another layout is refused', (t) => {
  const operator = createDetectOperator({ tagName });
  const short = new Uint8Array(40);
  short[0] = 5;
  for (const key of [8, 9])
    for (const bytes of [new Uint8Array(3), new Uint8Array([5, 0, 0, 0, 1]), short])
      t.is(
        t.throws(() => operator.state?.restore(key, bytes), { instanceOf: BalancinError })?.code,
        'STATE_VERSION',
      );
});

test('beyond its limits wells and sensors go unwatched, counted, and the rest is watched', (t) => {
  const rows = inOrder(
    series(pressure, 0, 200, (m) => breathing(m, m >= 100 ? 10_500 : 10_000)),
    series(temperature, 0, 200, () => [-999]),
  );
  const sensors = run(rows, 2, createDetectOperator({ tagName, sensorsMax: 1 }));
  t.deepEqual(
    sensors.found.map((a) => a.textKey),
    ['high'],
  );
  t.is(sensors.operator.refused, 200);
  const twoWells = rows.flatMap((r) => [r, { ...r, well: wellForTest(2) }]);
  const wells = run(twoWells, 4, createDetectOperator({ tagName, slotsMax: 1 }));
  t.true(wells.found.length > 0 && wells.found.every((a) => a.well.wellId === 1));
  t.is(wells.operator.refused, rows.length);
});

test('constant, all-bad, rare, ×6.894757, wild noise: no flood from any of it', (t) => {
  const floods: ((m: number) => number[] | null)[] = [
    () => [5000],
    () => [],
    (m) => (m % 1440 === 0 ? [5000 + m] : null),
    (m) => breathing(m, 1450).map((v) => (m > 2000 ? v * 6.894757 : v)),
    (m) => [1e5 * Math.sin(m * m)],
    (m) => [m % 2 === 0 ? 0 : 50_000],
  ];
  for (const values of floods) {
    const { found } = run(series(pressure, 0, 4000, values), 1);
    t.true(found.length <= 6, `${values.toString()} made ${found.length} findings`);
  }
});

test('a sensor is found again whatever the table has grown to, and a slot lists its own, newest first', (t) => {
  const table = new SensorTable(2);
  for (let k = 0; k < 5000; k++) t.is(table.find(k % 700, k), k);
  for (let k = 0; k < 5000; k += 13) t.is(table.find(k % 700, k), k);
  const chain: number[] = [];
  for (let s = table.firstOf(3); s >= 0; s = table.nextOf(s)) chain.push(table.tagIdOf(s));
  t.deepEqual(chain, [4903, 4203, 3503, 2803, 2103, 1403, 703, 3]);
  t.true(table.state.length >= 10_000);
});

test('every text stands in both languages, and every finding made has one', (t) => {
  for (const texts of Object.values(findingTexts)) t.deepEqual(Object.keys(texts.es), Object.keys(texts.en));
  for (const a of run(eventful, 2).found) {
    t.not(findingText(a.detector, a.textKey, 'es'), a.textKey);
    t.not(findingText(a.detector, a.textKey, 'en'), findingText(a.detector, a.textKey, 'es'));
  }
  t.is(findingText('older', 'key', 'es'), 'key');
});
