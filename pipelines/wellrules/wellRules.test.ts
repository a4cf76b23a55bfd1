/** Laws of the rules over a well: what they find, what they leave alone, that cycles and restores change nothing. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import { minuteSeriesTags, play, type Trace, wellOperator } from './wellRules.fixture.js';

const minute = 60_000;
const noise = (m: number): number => ((m * 7919) % 13) / 13 - 0.5;
const steady: Trace = (m) => ({
  'well.tpt.p': 15_000 + 3 * noise(m),
  'well.choke.up.p': 3_000 + 2 * noise(m + 5),
  'well.pdg.p': 25_000 + noise(m + 3),
  'well.tpt.t': 110 + 0.02 * noise(m),
});
const onset = 40;
const closure: Trace = (m) => {
  const since = Math.max(0, m - onset);
  const fall = 6_000 * (1 - Math.exp(-since / 5));
  return {
    ...steady(m),
    'well.tpt.p': 15_000 - fall + 3 * noise(m),
    'well.tpt.t': 110 - 8 * Math.min(4, since),
    'well.pdg.p': 25_000 + Math.min(4_000, 1_500 * since),
  };
};
const restriction: Trace = (m) => {
  const since = Math.max(0, m - onset);
  return {
    ...steady(m),
    'well.choke.up.p': 3_000 + (since > 0 ? 400 : 0) + 2 * noise(m),
    'well.tpt.p': 15_000 + 15 * since + 3 * noise(m),
  };
};
const swing: Trace = (m) => ({
  ...steady(m),
  'well.tpt.p': 15_000 + (m > onset ? 400 * Math.sin((2 * Math.PI * m) / 20) : 0) + 3 * noise(m),
});
const kinds = (found: readonly Anomaly[]): string[] =>
  found.map((a) => `${a.detector} ${a.textKey} ${a.endMs === null ? 'open' : 'end'}`);

test('a steady well gives nothing', (t) => {
  t.deepEqual(play(wellOperator(), steady, 300), []);
});

test('a closing valve is found within 5 min, critical, with the level before and the level now', (t) => {
  const [first, ...more] = play(wellOperator(), closure, 120);
  t.is(first?.detector, 'valve-closure');
  t.is(first?.severity, 'critical');
  t.is(first?.tag, 'well.tpt.p');
  t.true((first?.startMs ?? 0) <= (onset + 5) * minute);
  t.true(Math.abs((first?.expected ?? 0) - 15_000) < 5);
  t.true((first?.actual ?? 1e9) < 14_000);
  t.false(more.some((a) => a.detector === 'valve-closure'));
});

test('the same fall is no closure when the gauge below falls with it, or nothing else agrees', (t) => {
  const falls = (change: Readonly<Record<string, number>>): Trace => {
    return (m) => ({ ...closure(m), 'well.tpt.t': 110, 'well.pdg.p': 25_000, ...change });
  };
  const gaugeFalls: Trace = (m) => ({ ...closure(m), 'well.pdg.p': 25_000 - 200 * Math.max(0, m - onset) });
  for (const trace of [falls({}), gaugeFalls])
    t.false(play(wellOperator(), trace, 90).some((a) => a.detector === 'valve-closure'));
});

test('a restricted choke is found when the step was held for 5 min, and ends when it is gone for 5', (t) => {
  const gone: Trace = (m) => (m < 90 ? restriction(m) : steady(m));
  const found = play(wellOperator(), gone, 200).filter((a) => a.detector === 'choke-restriction');
  t.deepEqual(kinds(found), [
    'choke-restriction chokeRestricted open',
    'choke-restriction chokeRestricted end',
  ]);
  t.is(found[0]?.anomalyId, found[1]?.anomalyId);
  t.is(found[0]?.startMs, (onset + 1) * minute);
  t.is(found[1]?.endMs, 95 * minute);
});

test('a step that somebody made by moving the choke, or that the tree does not answer, is none', (t) => {
  const moved: Trace = (m) => ({ ...restriction(m), 'well.choke': m > onset ? 40 : 60 });
  const alone: Trace = (m) => ({ ...restriction(m), 'well.tpt.p': 15_000 + 3 * noise(m) });
  for (const trace of [moved, alone])
    t.false(play(wellOperator(), trace, 90).some((a) => a.detector === 'choke-restriction'));
});

test('a swing is unstable after ten minutes, stands through its turns, and ends 45 min after it died', (t) => {
  const trace: Trace = (m) => (m < 200 ? swing(m) : steady(m));
  const found = play(wellOperator(), trace, 400).filter((a) => a.detector === 'flow-stability');
  t.deepEqual(kinds(found), ['flow-stability unstable open', 'flow-stability unstable end']);
  t.true((found[0]?.startMs ?? 0) > onset * minute);
  t.true((found[1]?.endMs ?? 0) >= 245 * minute);
  t.true((found[1]?.actual ?? 0) > 790, 'range of an hour');
});

test('a swing that grows beyond a share of the level is said again, as slugging, under the same id', (t) => {
  const grows: Trace = (m) => ({
    ...steady(m),
    'well.tpt.p': 15_000 + Math.min(1_500, 10 * Math.max(0, m - onset)) * Math.sin((2 * Math.PI * m) / 20),
  });
  const found = play(wellOperator(), grows, 250).filter((a) => a.detector === 'flow-stability');
  t.deepEqual(kinds(found), ['flow-stability unstable open', 'flow-stability slugging open']);
  t.is(found[0]?.anomalyId, found[1]?.anomalyId);
});

test('after an hour of silence what was open has ended where the well fell silent', (t) => {
  const operator = wellOperator();
  play(operator, swing, 120);
  const found = play(operator, steady, 10, { from: 300 });
  t.deepEqual(kinds(found), ['flow-stability unstable end']);
  t.is(found[0]?.endMs, 120 * minute);
});

test('a tenant without machine learning gets the rules of physics alone', (t) => {
  const plain = { machineLearning: false };
  t.deepEqual(play(wellOperator(), swing, 200, plain), []);
  t.is(play(wellOperator(), closure, 90, plain)[0]?.detector, 'valve-closure');
});

for (const [what, cycleMinutes, restoreEvery] of [
  ['cycles of 7 min', 7, 0],
  ['one cycle of 150 min', 150, 0],
  ['a restore every 11 min', 1, 11],
] as const)
  test(`${what}: the same findings`, (t) => {
    for (const trace of [closure, restriction, swing])
      t.deepEqual(
        play(wellOperator(), trace, 150, { cycleMinutes, restoreEvery }),
        play(wellOperator(), trace, 150),
      );
  });

test('sentinels, impossible values and missing sensors are nothing that happened', (t) => {
  const broken: Trace = (m) => {
    const v = steady(m);
    return m % 5 === 0 ? { ...v, 'well.tpt.p': -999, 'well.choke.up.p': 1e9 } : v;
  };
  t.deepEqual(play(wellOperator(), broken, 200), []);
  t.deepEqual(
    play(wellOperator(), (m) => ({ 'well.pdg.p': steady(m)['well.pdg.p'] ?? 0 }), 100),
    [],
  );
});

test('the state of a well is at most 2 kB a lane, and wells beyond the limit are counted', (t) => {
  const operator = wellOperator({ slotsMax: 1 });
  play(operator, steady, 70);
  let bytes = 0;
  operator.state?.drainAll({ put: (_key, value) => (bytes = value.byteLength), remove: () => {} });
  t.true(bytes > 0 && bytes <= 2_048, `${bytes}`);
  play(operator, steady, 2, { from: 80, wellId: 2 });
  t.is(operator.refused, 2 * minuteSeriesTags.filter((tag) => tag in steady(0)).length);
});
