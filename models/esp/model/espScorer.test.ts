import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { readEquipment } from '../equipment.js';
import { handMadeWell, type Signals } from '../features/handMadeWell.fixture.js';
import { type SignalName, signalNames } from '../signals.js';
import { cutSeries, type WellSeries } from '../wellSeries.js';
import { loadNative } from '../../serving/backend.js';
import { nativeState } from '../../serving/nativeState.js';
import { createEspScorer } from './espScorer.js';

const startMs = Date.UTC(2025, 0, 1);
const stepMs = 30 * 60_000;
const dayMs = 86_400_000;

function series(days: number, at: (day: number) => Signals, without: readonly SignalName[] = []): WellSeries {
  const rows = (days * dayMs) / stepMs;
  const row = handMadeWell(11);
  const columns = new Map(
    signalNames.filter((name) => !without.includes(name)).map((name) => [name, new Float32Array(rows)]),
  );
  const timesMs = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    timesMs[r] = startMs + r * stepMs;
    const values = row(at((r * stepMs) / dayMs));
    for (const [i, name] of signalNames.entries()) {
      const column = columns.get(name);
      if (column) column[r] = values[i] as number;
    }
  }
  return { well: 'made by hand', timesMs, columns, equipment: readEquipment({}) };
}

/** Insulation that goes from day 22 on. */
const failing = (day: number): Signals => {
  const x = Math.max(0, day - 22) / 12;
  return {
    'esp.leak': 12 + 8 * x,
    'esp.insul': 200 * Math.exp(-6 * x),
    'esp.ia': 50 * (1 + 0.06 * x),
    'esp.vab': 2000 * (1 - 0.03 * x),
  };
};

const scorer = await createEspScorer();
const [steady, ill] = [series(35, () => ({ 'esp.insul': 200 })), series(35, failing)];

test('a row a day at 06:00; risks lie in their intervals, 30 days never below 7', (t) => {
  for (const well of [steady, ill]) {
    const scores = scorer.score(well);
    t.is(scores.length, 35);
    for (const s of scores) {
      t.is(s.timeMs % dayMs, 6 * 3_600_000);
      t.true(0 <= s.risk7Low && s.risk7Low <= s.risk7 && s.risk7 <= s.risk7High && s.risk7High <= 1);
      t.true(s.risk30Low <= s.risk30 && s.risk30 <= s.risk30High && s.risk30 <= 1 && s.risk7 <= s.risk30);
    }
  }
});

test('insulation that goes raises the risk, opens an alert and is named; a steady well is left in peace', (t) => {
  const [calm, last] = [scorer.score(steady), scorer.score(ill).at(-1)];
  t.true(calm.every((s) => !s.alert));
  t.true((last?.risk7 ?? 0) > 5 * (calm.at(-1)?.risk7 ?? 1), `${last?.risk7} against ${calm.at(-1)?.risk7}`);
  t.true(last?.alert);
  t.is(last?.mode, 'insulation_cable');
});

test('what comes after a time changes no score up to it', (t) => {
  const untilMs = startMs + 28 * dayMs + 6 * 3_600_000;
  const cut = scorer.score(cutSeries(ill, untilMs));
  t.deepEqual(
    cut,
    scorer.score(ill).filter((s) => s.timeMs <= untilMs),
  );
  t.is(cut.length, 29);
});

test('what is missing is named; without gauge and currents there is a score that says so, without anything the base rate', (t) => {
  const blind: SignalName[] = ['esp.pip', 'esp.pdp', 'esp.tm', 'esp.ti', 'esp.ia', 'esp.ib', 'esp.ic'];
  const degraded = scorer.score(series(20, () => ({}), blind)).at(-1);
  for (const name of blind) t.true(degraded?.missing.includes(name));
  t.true(Number.isFinite(degraded?.risk7));
  const nothing = scorer.score(series(5, () => ({}), signalNames)).at(-1);
  t.is(nothing?.mode, null);
  t.is(nothing?.risk7Low, 0);
  t.is(nothing?.missing.length, signalNames.length);
});

test('a well without rows has no score', (t) => {
  t.deepEqual(scorer.score(series(0, () => ({}))), []);
});

const binding = nativeState();
const nativeTest = needs(
  test,
  binding.state === 'built' ? null : `the native binding is ${binding.state}: ${binding.remedy}`,
);

nativeTest('what WASM serves is what was trained natively, to 1e-4', async (t) => {
  const native = await createEspScorer({ backend: await loadNative() });
  const pairs = [steady, ill].flatMap((well) => {
    const own = scorer.score(well);
    return native.score(well).map((score, i) => [score, own[i]] as const);
  });
  native.dispose();
  t.is(pairs.length, 70);
  for (const [a, b] of pairs)
    for (const risk of ['risk7', 'risk7Low', 'risk7High', 'risk30', 'modeProbability'] as const)
      t.true(Math.abs(a[risk] - (b?.[risk] ?? Number.NaN)) <= 1e-4, risk);
  t.true(pairs.some(([a]) => a.risk7 > 0.1));
});
