/** Laws of shadows: whom they run on, since when, what is the same event, what is counted. */
import test from 'ava';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { wellForTest, windowBatchOf } from '../features/minuteSeries.js';
import { DetectionRules } from '../detect/detectionRules.js';
import { WatchedTags } from '../detect/watchedTags.js';
import { type ComparedAlert, compareShadow } from './compareShadow.js';
import { createShadowMinutes } from './shadowMinutes.js';
import { isShadowed } from './shadowSettings.js';
import { createShadowWatch, type ShadowBegin } from './shadowWatch.js';

const minuteMs = 60_000;

test('a shadow runs on the wells named, of a site or a tenant that is named, and nowhere else', (t) => {
  const well = wellForTest(1);
  const on = (one: { tenant: string; site?: string; well?: string }): boolean =>
    isShadowed({ name: 's', wells: [{ tenant: 'other' }, one] }, well);
  t.true(on({ tenant: 'acme' }));
  t.true(on({ tenant: 'acme', site: 'norte' }));
  t.true(on({ tenant: 'acme', site: 'norte', well: 'w1' }));
  t.false(on({ tenant: 'acme', site: 'sur' }));
  t.false(on({ tenant: 'acme', site: 'norte', well: 'w2' }));
  t.false(isShadowed(null, well));
});

test("a shadow's rules win over those in force, however particular those are", (t) => {
  const tags = new WatchedTags();
  const base = tags.at(tags.indexOf('well.whp'));
  const inForce = [
    { tenant: 'acme', site: 'norte', well: 'w1', tag: 'well.whp', sensitivity: 2, muted: true },
  ];
  const ruled = new DetectionRules(inForce, [{ sensitivity: 3 }]).ruled(base, wellForTest(1));
  t.like(ruled, { sensitivity: 3, muted: true });
});

test('its minutes are those of its wells, live ones alone, whole; without a shadow there are none', (t) => {
  const rows = [
    { well: wellForTest(1), tagId: 1, minute: 7, values: [1, 2] },
    { well: wellForTest(2), tagId: 2, minute: 7, values: [3] },
    { well: wellForTest(1), tagId: 3, minute: 8, values: [4], bad: 2, late: true },
    { well: wellForTest(1), lane: 'backfill' as const, tagId: 3, minute: 8, values: [4] },
  ];
  const picked = (settings: Parameters<typeof createShadowMinutes>[0]): unknown[] => {
    const found: unknown[] = [];
    createShadowMinutes(settings).process(windowBatchOf(rows), (b: WindowBatch) => {
      for (let i = 0; i < b.length; i++)
        found.push([b.wells[i]?.wellId, b.tagIds[i], b.startMs[i], b.sums[i], b.counts[i], b.late[i]]);
    });
    return found;
  };
  t.deepEqual(picked({ name: 's', wells: [{ tenant: 'acme', site: 'norte', well: 'w1' }] }), [
    [1, 1, 7 * minuteMs, 3, 2, 0],
    [1, 3, 8 * minuteMs, 4, 3, 1],
  ]);
  t.deepEqual(picked(null), []);
});

test('since when it runs on a well is said once, however often the task moves; another shadow says it anew', (t) => {
  const batch = (minute: number) =>
    windowBatchOf([1, 2].map((id) => ({ well: wellForTest(id), tagId: 1, minute, values: [1] })));
  const begins: [number, number][] = [];
  const say = ({ well, startMs }: ShadowBegin): void => void begins.push([well.wellId, startMs / minuteMs]);
  const first = createShadowWatch('a', 1);
  first.process(batch(5), say);
  first.process(batch(6), say);
  t.deepEqual(begins, [[1, 5]]);
  t.is(first.refused, 2, 'the well beyond the limit');
  for (const [name, more] of [
    ['a', [[2, 9]]],
    [
      'b',
      [
        [1, 9],
        [2, 9],
      ],
    ],
  ] as const) {
    const next = createShadowWatch(name);
    first.state?.drainAll({ put: (key, value) => next.state?.restore(key, value), remove: () => {} });
    begins.length = 0;
    next.process(batch(9), say);
    t.deepEqual(
      begins,
      more.map(([id, at]) => [id, at]),
    );
  }
});

const alert = (minute: number, over: Partial<ComparedAlert> = {}): ComparedAlert => ({
  alertId: `a${minute}`,
  wellId: 1,
  well: 'norte/w1',
  startMs: minute * minuteMs,
  endMs: (minute + 10) * minuteMs,
  saidMs: (minute + 2) * minuteMs,
  firstOutTag: 'well.whp',
  cause: 'unknown',
  feedback: null,
  ...over,
});

/*
 *  old   [100,110]             [300 …             [500]    well 2 [700]
 *  new    [105,115]  [200]     [390] [395]                 well 1 [700]
 */
test('alerts of a well that overlap or begin within half an hour are one event, each counted once', (t) => {
  const c = compareShadow(
    [
      { wellId: 1, days: 3 },
      { wellId: 2, days: 1 },
    ],
    [
      alert(100, { feedback: 'true' }),
      alert(300, { endMs: null }),
      alert(500, { feedback: 'false' }),
      alert(700, { wellId: 2 }),
    ],
    [alert(105), alert(200), alert(390), alert(395), alert(700)],
  );
  t.deepEqual(
    c.both.map((pair) => [pair.old.alertId, pair.new.alertId, pair.delayS]),
    [
      ['a100', 'a105', 300],
      ['a300', 'a390', 5400],
    ],
  );
  t.deepEqual(
    c.onlyOld.map(({ alertId }) => alertId),
    ['a500', 'a700'],
  );
  t.deepEqual(
    c.onlyNew.map(({ alertId }) => alertId),
    ['a200', 'a395', 'a700'],
  );
  t.is(c.delayMedianS, 2850);
  t.like(c, {
    wells: 2,
    wellDays: 4,
    old: { alerts: 4, perWellDay: 1 },
    new: { alerts: 5, perWellDay: 1.25 },
  });
  t.deepEqual(c.feedback, {
    both: { true: 1, false: 0, known: 0, none: 1 },
    onlyOld: { true: 0, false: 1, known: 0, none: 1 },
  });
});

test('where neither said anything, nothing is timed; where nothing was seen, no rate is made up', (t) => {
  t.like(compareShadow([], [], []), { delayMedianS: null, old: { alerts: 0, perWellDay: null } });
  t.is(compareShadow([{ wellId: 1, days: 2 }], [], []).new.perWellDay, 0);
});
