/** Laws of the multivariate detector: what it sees, what it blames, what it forgives, what it costs. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { driftVariance } from './drift.js';
import { Multivariate, signalsMax } from './multivariate.js';
import { multivariateConfig } from './multivariateConfig.js';
import { symmetricEigen } from './symmetricEigen.js';

const config = multivariateConfig;

/** A generator of normal numbers that is the same in every run. */
function noise(seed: number): () => number {
  let s = seed;
  const uniform = () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return (s + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Four signals that follow two causes; `change` alters the row from row 500 on. */
function run(
  change: (row: number[], i: number) => number[],
  { rows = 700, adaptive = false, detector = new Multivariate(4, { adaptive, config }) } = {},
) {
  const normal = noise(7);
  const into = new Float64Array(4);
  let alerts = 0;
  let early = 0;
  for (let i = 0; i < rows; i++) {
    const [a, b] = [normal(), normal()];
    const row = [
      5e6 + 1e5 * (a + 0.2 * normal()),
      20 + a + 0.2 * normal(),
      b + 0.2 * normal(),
      100 + 10 * (b + 0.2 * normal()),
    ];
    detector.step(Float64Array.from(i < 500 ? row : change(row, i)));
    if (!detector.alert) continue;
    if (i < 500) early++;
    alerts++;
    if (alerts === 1) detector.contributions(into);
  }
  return { alerts, early, into, detector };
}

test('nothing changed: no alert; a step, a broken relation and a livelier signal: alerts, from then on', (t) => {
  t.is(run((row) => row).alerts, 0);
  const changes: [string, (row: number[], i: number) => number[]][] = [
    ['step', ([a = 0, b = 0, c = 0, d = 0]) => [a + 3e5, b, c, d]],
    // Each stays within what it was, but no more with its partner.
    ['relation', ([a = 0, b = 0, c = 0, d = 0]) => [a, 40 - b, c, d]],
    ['livelier', ([a = 0, b = 0, c = 0, d = 0], i) => [a, b, c, d + (i % 2 ? 60 : -60)]],
    ['slow shift', ([a = 0, b = 0, c = 0, d = 0], i) => [a, b, c + Math.min(2, (i - 500) / 50), d]],
  ];
  for (const [name, change] of changes) {
    const { alerts, early } = run(change);
    t.is(early, 0, name);
    t.true(alerts > 60, `${name}: ${alerts} rows`);
  }
});

test('the signal that changed is blamed most, and the shares sum to 1', (t) => {
  for (const k of [0, 1, 2, 3]) {
    const { into } = run((row) => row.map((v, j) => (j === k ? v + 8 * [1e5, 1, 1, 10][j]! : v)));
    t.is(into.indexOf(Math.max(...into)), k, into.join(' '));
    t.true(Math.abs(into.reduce((a, b) => a + b) - 1) < 1e-9);
  }
});

test('an alert ends when the signals are back, and frozen it lasts as long as they are not', (t) => {
  const back = run(([a = 0, b = 0, c = 0, d = 0], i) => [i < 600 ? a + 5e5 : a, b, c, d]);
  t.false(back.detector.alert);
  t.true(back.alerts >= 90 && back.alerts < 170, `${back.alerts} rows`);
  const stays = run(([a = 0, b = 0, c = 0, d = 0]) => [a + 5e5, b, c, d], { rows: 1700, adaptive: true });
  t.true(stays.detector.alert);
  t.true(stays.alerts > 1150, 'what gives an alert is not learned');
});

test('frozen learns nothing after its rows; adaptive follows a slow drift and alerts less than half as long', (t) => {
  const drift = (row: number[], i: number) => row.map((v, j) => (j === 1 ? v + (i - 500) * 0.00008 : v));
  const still = run((row) => row, { rows: 400 }).detector.state.slice();
  const frozen = run(drift, { rows: 6000 });
  t.deepEqual(frozen.detector.state.subarray(4, 12), still.subarray(4, 12));
  const adaptive = run(drift, { rows: 6000, adaptive: true });
  t.true(adaptive.alerts < frozen.alerts / 2, `${adaptive.alerts} against ${frozen.alerts}`);
});

test('constant, all missing, appearing and vanishing signals, units changed: no crash, no number lost, no flood', (t) => {
  const cases: [string, (row: number[], i: number) => number[]][] = [
    ['missing', (row) => row.map(() => Number.NaN)],
    ['one gone', ([, b = 0, c = 0, d = 0]) => [Number.NaN, b, c, d]],
    ['unit', ([a = 0, b = 0, c = 0, d = 0]) => [a / 6894.757, b, c, d]],
    ['huge', ([, b = 0, c = 0, d = 0]) => [1e300, b, c, d]],
  ];
  for (const [name, change] of cases) {
    const { detector, alerts } = run(change);
    t.true(detector.state.every(Number.isFinite), name);
    t.is(alerts > 0, name === 'unit' || name === 'huge', name);
  }
  const detector = new Multivariate(4, { adaptive: true, config });
  let opened = 0;
  for (let i = 0; i < 1000; i++) {
    const was = detector.alert;
    // A constant, one never there, one from row 600 on, one that stands still from there on.
    const score = detector.step(
      Float64Array.of(3, Number.NaN, i < 600 ? Number.NaN : i % 7, i < 600 ? i % 5 : 2),
    );
    t.true(Number.isFinite(score));
    if (detector.alert && !was) opened++;
  }
  t.true(opened <= 2, `${opened} alerts`);
});

test('the state of a well takes 4 kB at most, and more signals than fit are refused', (t) => {
  t.true(new Multivariate(signalsMax, { adaptive: true }).state.length * 4 <= 4096);
  t.is(
    t.throws(() => new Multivariate(signalsMax + 1, { adaptive: true }), { instanceOf: BalancinError })?.code,
    'USAGE',
  );
});

test('a state put back into a new detector goes on as the old one would have', (t) => {
  const half = run((row) => row, { rows: 500 }).detector;
  const other = new Multivariate(4, { adaptive: false, config });
  other.state.set(half.state);
  const normal = noise(9);
  for (let i = 0; i < 100; i++) {
    const row = Float64Array.from([5e6 + 3e5 * normal(), 20 + normal(), normal(), 100]);
    const [a, b] = [half.step(row), other.step(row)];
    // Drift grows by steps of some rows: a new detector works it out at once.
    t.true(Math.abs(a - b) <= 0.05 * Math.max(a, b), `${a} ${b}`);
  }
});

test('wandering is carried on as it was: none for noise, in proportion for a walk, squared for a trend', (t) => {
  const of = (levels: number[], ahead: number) =>
    driftVariance(Float64Array.from(levels), { at: 0, step: 1, blocks: 8 }, ahead);
  t.is(of([1, -1, 1, -1, 1, -1, 1, -1], 100), 0);
  const trend = [0, 1, 2, 3, 4, 5, 6, 7];
  t.true(Math.abs(of(trend, 16) / of(trend, 6) - 4) < 1e-9);
  t.true(of(trend, 4) >= 8);
});

test('eigenvectors turn the matrix into its eigenvalues', (t) => {
  const n = 6;
  const normal = noise(3);
  const b = Float64Array.from({ length: n * n }, normal);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n; k++) a[i * n + j] = a[i * n + j]! + b[i * n + k]! * b[j * n + k]!;
  const m = a.slice();
  const v = new Float64Array(n * n);
  symmetricEigen(m, v, n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += a[i * n + j]! * v[j * n + k]!;
      t.true(Math.abs(sum - m[k * n + k]! * v[i * n + k]!) < 1e-9);
    }
});
