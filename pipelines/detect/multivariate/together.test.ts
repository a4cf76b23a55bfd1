/** Laws of signals that go together in the stream: what is found and blamed, what mutes it, what is kept and how much. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import { wellForTest, windowBatchOf } from '../../features/minuteSeries.js';
import type { DetectionRule } from '../detectionRules.js';
import { findingText } from '../findingText.js';
import { createTogetherOperator } from './togetherOperator.js';

const signals = ['well.pdg.p', 'well.tpt.p', 'well.tpt.t', 'well.choke.up.p', 'well.choke.down.p'];
const more = [
  'gl.cp',
  'well.whp',
  'well.chp',
  'well.flp',
  'esp.pip',
  'esp.pdp',
  'esp.tm',
  'well.qo',
  'well.ql',
];
const tags = ['', ...signals, 'well.choke', ...more, 'esp.ia', 'esp.vpk', 'well.wht'];
const choke = tags.indexOf('well.choke');
const learned = 30 + 480;

/** The same in every run, about normal with deviation 1. */
function noise(m: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= 4; i++) {
    let h = Math.imul(m * 31 + k * 7 + i, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    sum += ((h ^ (h >>> 13)) >>> 0) / 2 ** 32 - 0.5;
  }
  return sum * Math.sqrt(3);
}

/** Pressures that breathe together by 50 kPa, each with a little of its own. */
const usual = (m: number, tag: number): number => 10_000 + 50 * noise(m, 0) + 3 * noise(m, tag);
type Trace = (m: number, tag: number) => number | null;
type Together = ReturnType<typeof createTogetherOperator>;

const operatorWith = (rules: readonly DetectionRule[] = [], slotsMax?: number): Together =>
  createTogetherOperator({
    tagName: (_tenant, id) => tags[id] ?? '',
    rules,
    ...(slotsMax === undefined ? {} : { slotsMax }),
  });

function restored(from: Together): Together {
  const to = operatorWith();
  from.state?.drainAll({ put: (key, value) => to.state?.restore(key, value), remove: () => {} });
  return to;
}

function play(
  trace: Trace,
  [from, to]: readonly [number, number],
  options: {
    readonly operator?: Together;
    readonly ids?: readonly number[];
    readonly setting?: (m: number) => number;
    readonly restoreEvery?: number;
    readonly quality?: (m: number) => Anomaly | null;
    readonly wellId?: number;
    readonly lane?: 'live' | 'backfill';
  } = {},
): { found: Anomaly[]; operator: Together } {
  const { ids = [1, 2, 3, 4, 5], setting = () => 50, restoreEvery = 0, wellId = 1, lane = 'live' } = options;
  const well = wellForTest(wellId);
  let operator = options.operator ?? operatorWith();
  const found: Anomaly[] = [];
  const emit = (a: Anomaly) => void found.push({ ...a });
  for (let m = from; m < to; m++) {
    const finding = options.quality?.(m) ?? null;
    if (finding !== null) operator.process({ from: 'findings', value: finding }, emit);
    const rows = ids.flatMap((tagId) => {
      const value = trace(m, tagId);
      return value === null ? [] : [{ well, lane, tagId, minute: m + 1, values: [value] }];
    });
    rows.push({ well, lane, tagId: choke, minute: m + 1, values: [setting(m)] });
    operator.process({ from: 'minutes', value: windowBatchOf(rows) }, emit);
    operator.endCycle?.({ nowMs: 0 }, emit);
    if (restoreEvery > 0 && m % restoreEvery === 0) operator = restored(operator);
  }
  return { found, operator };
}

const brief = (found: readonly Anomaly[]) =>
  found.map((a) => [a.tag, a.textKey, a.startMs / 60_000 - 1, a.endMs === null ? null : 'ended']);

/** The second signal leaves the others by 25 kPa: half of what all breathe by. */
const apart =
  (from: number, to: number, kPa = 25): Trace =>
  (m, tag) =>
    usual(m, tag) + (tag === 2 && m >= from && m < to ? kPa : 0);

test('a signal that leaves the others, inside its own usual range, is one finding that says which, and ends', (t) => {
  const { found } = play(apart(700, 800), [0, 1000]);
  t.is(found.length, 2, JSON.stringify(brief(found)));
  const [opened, ended] = found as [Anomaly, Anomaly];
  t.like(opened, { tag: 'well.tpt.p', textKey: 'apart', endMs: null, severity: 'info', kind: 'process' });
  t.true(opened.startMs >= 701 * 60_000 && opened.startMs < 706 * 60_000);
  t.is(opened.contributions?.[0]?.tag, 'well.tpt.p');
  t.true((opened.contributions?.[0]?.share ?? 0) > 0.5);
  t.true(Math.abs((opened.actual ?? 0) - (opened.expected ?? 0) - 25) < 8);
  t.is(ended.anomalyId, opened.anomalyId);
  t.true((ended.endMs ?? 0) > 801 * 60_000 && (ended.endMs ?? 0) < 840 * 60_000);
  for (const language of ['es', 'en'] as const)
    t.not(findingText('together', opened.textKey, language), opened.textKey);
});

test('nothing changed for two days: nothing is said', (t) => {
  t.deepEqual(brief(play(usual, [0, 2880]).found), []);
});

test('a move of the choke mutes it for half an hour, in which the levels are learned; what is wrong then is found', (t) => {
  const moved: Trace = (m, tag) => usual(m, tag) + (m >= 700 ? tag * 400 : 0);
  const setting = (m: number) => (m >= 700 ? 70 : 50);
  t.deepEqual(brief(play(moved, [0, 1400], { setting }).found), []);
  const wrong: Trace = (m, tag) => (moved(m, tag) ?? 0) + (tag === 2 && m >= 735 && m < 850 ? 40 : 0);
  const { found } = play(wrong, [0, 1000], { setting });
  t.deepEqual(
    brief(found).map(([tag, key]) => [tag, key]),
    [
      ['well.tpt.p', 'apart'],
      ['well.tpt.p', 'apart'],
    ],
  );
  t.true((found[0]?.startMs ?? 0) >= 736 * 60_000);
  t.true(play(moved, [0, 1000]).found.length > 0, 'without the move of the choke it is one');
});

test('a finding that is open when the choke moves ends there', (t) => {
  const { found } = play(apart(700, 2000), [0, 900], { setting: (m) => (m >= 720 ? 70 : 50) });
  t.deepEqual(
    found.map(({ endMs }) => (endMs === null ? null : endMs / 60_000 - 2)),
    [null, 720],
  );
});

test('a signal that is not there, or whose sensor has a finding of its own, says nothing', (t) => {
  const gone: Trace = (m, tag) => (tag === 2 && m >= 700 && m < 900 ? null : usual(m, tag));
  t.deepEqual(brief(play(gone, [0, 1000]).found), []);
  const quality = (m: number): Anomaly | null =>
    m === 700 || m === 850
      ? {
          anomalyId: 'q',
          well: wellForTest(1),
          lane: 'live',
          tag: 'well.tpt.p',
          detector: 'quality',
          kind: 'quality',
          severity: 'info',
          startMs: 0,
          endMs: m === 700 ? null : 1,
          score: 1,
          expected: null,
          actual: null,
          unit: null,
          textKey: 'frozen',
        }
      : null;
  t.deepEqual(brief(play(apart(700, 850), [0, 1000], { quality, restoreEvery: 100 }).found), []);
});

test('what stands for a day ends as a new normal for a person to judge, and is learned anew', (t) => {
  const { found } = play(apart(600, 1e9, 60), [0, 2700]);
  t.deepEqual(
    found.map(({ textKey, endMs }) => [textKey, endMs === null]),
    [
      ['apart', true],
      ['newNormal', false],
    ],
  );
  t.true((found[1]?.endMs ?? 0) - (found[1]?.startMs ?? 0) >= 24 * 3_600_000);
});

test('alert mode warns, off says nothing of a tag or a well; a tag that is muted is not looked at', (t) => {
  const played = (rules: readonly DetectionRule[]) =>
    play(apart(700, 800), [0, 900], { operator: operatorWith(rules) }).found;
  t.is(played([{ together: 'alert' }])[0]?.severity, 'warning');
  t.is(played([{ tenant: 'other', together: 'alert' }])[0]?.severity, 'info');
  t.deepEqual(brief(played([{ together: 'off' }])), []);
  t.deepEqual(brief(played([{ tag: 'well.tpt.p', together: 'off' }])), []);
  t.deepEqual(brief(played([{ tag: 'well.tpt.p', muted: true }])), []);
});

test('restored at any minute it finds the same', (t) => {
  const trace = apart(700, 780);
  const setting = (m: number) => (m >= 850 ? 70 : 50);
  const whole = play(trace, [0, 1100], { setting }).found;
  t.is(whole.length, 2);
  for (const restoreEvery of [1, 7])
    t.deepEqual(play(trace, [0, 1100], { setting, restoreEvery }).found, whole);
});

test('both lanes of a well with more signals than are looked at keep to 4 kB of state', (t) => {
  const ids = tags.flatMap((tag, id) => (tag === '' || id === choke ? [] : [id]));
  t.true(ids.length > 14);
  const { operator } = play(usual, [0, learned + 20], { ids });
  play(usual, [0, learned + 20], { ids, operator, lane: 'backfill' });
  let bytes = 0;
  operator.state?.drainAll({ put: (_key, value) => (bytes = value.length), remove: () => {} });
  t.true(bytes > 3000 && bytes <= 4096, `${bytes} bytes`);
});

test('wells beyond the limit are counted, not watched', (t) => {
  const operator = operatorWith([], 1);
  play(usual, [0, 3], { operator });
  t.is(operator.refused, 0);
  play(usual, [0, 3], { operator, wellId: 2 });
  t.true(operator.refused > 0);
});
