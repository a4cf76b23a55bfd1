import test from 'ava';
import { readEquipment } from '../equipment.js';
import { signalNames } from '../signals.js';
import { featureSpecSha256 } from '../../serving/manifest.js';
import { channelCount, channelIndex, channels, comparedCount } from './channels.js';
import { espFeatureSpec } from './featureSpec.js';
import { atFrequency, handMadeWell, type Signals } from './handMadeWell.fixture.js';
import { minuteLevels } from './minuteChannels.js';
import { fillSummary, summaryNames, summaryWidth } from './summaryRow.js';
import { hourMs, WellFeatures } from './wellFeatures.js';

const startMs = Date.UTC(2025, 0, 1, 6);
const stepMs = 10 * 60_000;
const installed = { installed: '2024-12-31T00:00:00Z' };

/** Ten-minute rows for so many days; `changes` by day since the start. Null is silence. */
function lived(
  days: number,
  changes: (day: number) => Signals | null = () => ({}),
  equipment: object = installed,
) {
  const well = new WellFeatures(readEquipment(equipment));
  const row = handMadeWell(1);
  for (let ms = startMs; ms < startMs + days * 24 * hourMs; ms += stepMs) {
    const changed = changes((ms - startMs) / (24 * hourMs));
    if (changed !== null) well.push(ms, row(changed));
  }
  well.advance(startMs + days * 24 * hourMs);
  return well;
}

const day = (well: WellFeatures, name: string, back = 0): number => well.days.at(back, channelIndex(name));

test('levels of a minute stand before the factors of the pump, counts last', (t) => {
  t.is(minuteLevels, channelIndex('headFactor'));
  t.true(channels.slice(comparedCount).every((c) => c.kind === 'count'));
  t.true(channels.slice(0, comparedCount).every((c) => c.kind !== 'count'));
  t.is(new Set(channels.map((c) => c.name)).size, channelCount);
});

test('a steady well stays at its baseline', (t) => {
  const well = lived(20);
  for (const c of channels.slice(0, channelIndex('headFactor')))
    if (!Number.isNaN(day(well, c.name))) t.true(Math.abs(day(well, c.name)) < 0.1, c.name);
  t.is(well.baseline.maturity, 1);
  t.true(Math.abs(well.runLifeDays(startMs + 20 * 24 * hourMs) - 21.25) < 1e-6);
});

test('a change of frequency is no anomaly once it settled, a worn stage is one at any frequency', (t) => {
  const faster = lived(20, (d) => (d < 15 ? {} : atFrequency(55)));
  for (const name of ['head', 'amps', 'power', 'intake', 'rate'])
    t.true(Math.abs(day(faster, name)) < 0.02, `${name} ${day(faster, name)}`);
  const worn = lived(25, (d) => {
    const at = d < 15 ? {} : atFrequency(55);
    const [pip, pdp] = [at['esp.pip'] ?? 6000, at['esp.pdp'] ?? 18_000];
    return d < 18 ? at : { ...at, 'esp.pip': pip, 'esp.pdp': pip + 0.85 * (pdp - pip) };
  });
  t.true(day(worn, 'head') < -0.13 && day(worn, 'head') > -0.19, `${day(worn, 'head')}`);
});

test('a fault that comes with a small change of frequency is not taken out with it', (t) => {
  const well = lived(20, (d) => (d < 15 ? {} : { ...atFrequency(51), 'esp.pdp': 6000 + 7000 }));
  t.true(day(well, 'head') < -0.3);
});

test('a missing signal is masked wherever it is needed, and nowhere else', (t) => {
  const blind = { 'esp.pip': Number.NaN, 'esp.pdp': Number.NaN, 'esp.tm': Number.NaN };
  const well = lived(15, () => blind);
  for (const name of ['intake', 'head', 'lift', 'rise', 'motorTemperature', 'headFactor'])
    t.is(day(well, name), Number.NaN, name);
  t.false(Number.isNaN(day(well, 'amps')));
  const summary = new Float32Array(summaryWidth);
  fillSummary(well, summary);
  const statistic = (name: string): number | undefined => summary[summaryNames.indexOf(name)];
  t.is(statistic('head.week'), Number.NaN);
  t.is(Math.abs(statistic('amps.week') ?? 1) < 0.1, true);
});

test('a gauge that stands still for a day is masked, a steady choke is not', (t) => {
  const still = new WellFeatures(readEquipment({}));
  const row = handMadeWell(2);
  for (let ms = startMs; ms < startMs + 15 * 24 * hourMs; ms += stepMs) {
    const values = row();
    if (ms > startMs + 12 * 24 * hourMs) values[signalNames.indexOf('esp.pip')] = 6000;
    still.push(ms, values);
  }
  still.advance(startMs + 15 * 24 * hourMs);
  t.is(still.hours.at(0, channelIndex('intake')), Number.NaN);
  t.false(Number.isNaN(still.hours.at(0, channelIndex('choke'))));
});

test('a pull resets baseline and run life, a trip of a day does not', (t) => {
  const pulled = lived(20, (d) =>
    d > 12 && d < 16 ? { 'esp.run': 0, 'esp.f': 0, 'esp.ia': 0 } : d < 12 ? {} : { 'esp.pdp': 15_000 },
  );
  t.true(pulled.runLifeDays(startMs + 20 * 24 * hourMs) < 5);
  t.true(pulled.baseline.maturity < 0.5);
  t.true(Math.abs(day(pulled, 'head')) < 0.02);
  const tripped = lived(20, (d) =>
    d > 12 && d < 13 ? { 'esp.run': 0, 'esp.f': 0 } : d < 13 ? {} : { 'esp.pdp': 15_000 },
  );
  t.is(tripped.baseline.maturity, 1);
  t.true(day(tripped, 'head') < -0.25);
});

test('head against the curve of the pump needs curve, stages and a rate; by inflow where none is measured', (t) => {
  const equipment = {
    stages: 100,
    pump_curve_60hz: [
      [0, 14, 0.3],
      [200, 11, 0.5],
      [400, 4, 0.55],
    ],
    pump_depth_m: 1500,
    perf_depth_m: 1600,
    pr_kpa: 14_000,
    j_m3d_kpa: 0.03,
  };
  t.false(Number.isNaN(day(lived(8, undefined, equipment), 'headFactor')));
  t.false(
    Number.isNaN(
      day(
        lived(8, () => ({ 'well.ql': Number.NaN }), equipment),
        'headFactor',
      ),
    ),
  );
  t.is(day(lived(8, undefined, { ...equipment, stages: 0 }), 'headFactor'), Number.NaN);
});

test('what is read at a time depends on nothing that comes after it', (t) => {
  const [short, long] = [new WellFeatures(readEquipment({})), new WellFeatures(readEquipment({}))];
  const untilMs = startMs + 5 * 24 * hourMs;
  const summary = (well: WellFeatures): Float32Array => {
    const out = new Float32Array(summaryWidth);
    well.advance(untilMs);
    fillSummary(well, out);
    return out;
  };
  const [a, b] = [handMadeWell(3), handMadeWell(3)];
  for (let ms = startMs; ms <= untilMs; ms += stepMs) short.push(ms, a());
  for (let ms = startMs; ms < untilMs; ms += stepMs) long.push(ms, b());
  t.deepEqual(summary(short), summary(long));
  t.is(summaryNames.length, summaryWidth);
});

test('rows and memory do not grow with what a well lives through', (t) => {
  const well = lived(3);
  well.push(startMs + 4000 * 24 * hourMs, handMadeWell(4)());
  well.advance(startMs + 4001 * 24 * hourMs);
  t.true(well.hours.length <= well.hours.rowsMax && well.days.length <= well.days.rowsMax);
});

test('the hash of the feature spec changes with the order of channels', (t) => {
  t.not(
    featureSpecSha256(espFeatureSpec),
    featureSpecSha256({ ...espFeatureSpec, channels: [...channels].reverse() } as typeof espFeatureSpec),
  );
});
