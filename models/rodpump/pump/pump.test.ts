/** Laws of what a card says: figures that are known, bad cards with their reasons, what drops for want of what. */
import test from 'ava';
import { cardFacts, cardLines } from './cardLines.js';
import { type RawCard, repairCard } from './cardRepair.js';
import { type CardDiagnosis, diagnoseCard } from './diagnoseCard.js';
import { gearboxTorque } from './gearboxTorque.js';
import { allowedStressPsi, goodman } from './goodman.js';
import { type PumpOffState, pumpOffDefaults, stepPumpOff } from './pumpOff.js';
import { parseCard } from './readCardFile.js';
import { motionOf, polishedRodM, type UnitGeometry } from './unitGeometry.js';
import { readWell } from './wellFile.js';
import { areaOf } from '../wave/loop.js';
import type { PumpCondition } from '../wave/pumpModel.js';
import { rodString, steelSection, weightInFluidN } from '../wave/rodString.js';
import { resampleLoop } from '../wave/resampleLoop.js';
import { simulateStroke } from '../wave/simulateStroke.js';

const geometry: UnitGeometry = { aM: 3.277, cM: 3.048, iM: 3.048, pM: 3.759, hM: 5.9, gM: 2.44, rM: 1.19 };
const motion = motionOf(geometry)!;
const rods = [
  { length_m: 600, d_mm: 25.4, grade: 'D' },
  { length_m: 700, d_mm: 22.2, grade: 'D' },
  { length_m: 600, d_mm: 19.05, grade: 'K' },
];
const wellJson = {
  spm: 7,
  rods,
  pump_d_mm: 44.45,
  pump_depth_m: 1900,
  tubing: { anchored: true, id_mm: 62, pressure_kpa: 800 },
  casing_kpa: 500,
  fluid_sg: 0.92,
  unit: {
    a_m: 3.277,
    c_m: 3.048,
    i_m: 3.048,
    p_m: 3.759,
    h_m: 5.9,
    g_m: 2.44,
    r_m: 1.19,
    gearbox_kn_m: 36.2,
  },
  counterbalance_kn_m: 60,
};
const fluidLoadKn = 24;

function simulated(condition: PumpCondition, points = 200): RawCard {
  const string = rodString(rods.map((rod) => steelSection(rod.length_m, rod.d_mm)));
  const { surface } = simulateStroke({
    string,
    pump: {
      condition,
      fluidLoadN: fluidLoadKn * 1000,
      strokeM: 2.16,
      severity: 0.4,
      speedMS: 1,
      frictionN: 0,
    },
    periodS: 60 / 7,
    polishedRodM: (phase) =>
      polishedRodM(geometry, motion.bottomRad + 2 * Math.PI * phase) -
      polishedRodM(geometry, motion.bottomRad),
    dampingPerS: 0.18,
  });
  const weightN = weightInFluidN(string, 0.92);
  const positionM = new Float64Array(points);
  const loadN = new Float64Array(points);
  resampleLoop(surface.positionM, surface.positionM.length, positionM, points);
  resampleLoop(surface.loadN, surface.loadN.length, loadN, points);
  return { positionM: Array.from(positionM), loadKn: Array.from(loadN, (n) => (n + weightN) / 1000) };
}

const full = simulated('normal');

function diagnosed(raw: RawCard, json: unknown = wellJson): CardDiagnosis {
  const result = diagnoseCard(raw, readWell(json));
  if (!result.ok) throw new Error(result.reason);
  return result;
}

test('Goodman: T = 115 000 psi and Smin = 5 000 psi allow 31 562.5 psi', (t) => {
  t.is(allowedStressPsi(115_000, 5_000), 31_562.5);
  t.is(goodman(5_000, 31_562.5, 115_000).loading, 1);
  t.is(goodman(60_000, 70_000, 90_000).loading, Number.POSITIVE_INFINITY);
});

test('a full pump: fillage 1, the fluid load that was simulated, displacement of its stroke', (t) => {
  const card = diagnosed(full);
  t.true(card.pump!.fillage! > 0.97);
  t.true(Math.abs(card.pump!.fluidLoadKn - fluidLoadKn) < 0.03 * fluidLoadKn);
  const areaM2 = (Math.PI / 4) * 0.04445 ** 2;
  t.is(card.displacementM3D, areaM2 * card.pump!.netStrokeM! * 7 * 1440);
  // p_i = 800 + .92 g 1900 − 24 kN / A, within what 3 % of the load make.
  t.true(Math.abs(card.intakeKpa! - (800 + 0.92 * 9.80665 * 1900 - fluidLoadKn / areaM2)) < 470);
  t.true(card.fluidLevelM! > 1600 && card.fluidLevelM! < 1900);
  t.is(card.goodman!.length, 3);
  for (const { loading } of card.goodman!) t.true(loading > 0.3 && loading < 1.2);
  t.deepEqual(card.missing, []);
  t.is(card.pumpOff!.advice, 'run');
});

test('pound and gas fill alike and are told apart; gas is given more strokes', (t) => {
  const pound = diagnosed(simulated('fluid_pound'));
  const gas = diagnosed(simulated('gas_interference'));
  t.true(Math.abs(pound.pump!.fillage! - 0.6) < 0.06);
  t.true(gas.pump!.fillage! < 0.75);
  t.like(pound.pumpOff, { advice: 'watch', gas: false, strokesNeeded: pumpOffDefaults.strokes });
  t.like(gas.pumpOff, { advice: 'watch', gas: true, strokesNeeded: pumpOffDefaults.gasStrokes });
});

test('parted rods and a stuck plunger give no fillage and say so', (t) => {
  for (const condition of ['rod_part', 'stuck_plunger'] as const) {
    const card = diagnosed(simulated(condition));
    t.is(card.pump?.fillage ?? null, null);
    t.is(card.displacementM3D, null);
    t.is(card.pumpOff, null);
    t.true(
      card.notes.some((note) => /hardly moves|no fluid/.test(note)),
      condition,
    );
  }
});

test('what is missing drops by name what needs it, and nothing else', (t) => {
  const without = (...names: string[]) =>
    diagnosed(full, Object.fromEntries(Object.entries(wellJson).filter(([name]) => !names.includes(name))));
  const needs = (card: CardDiagnosis) =>
    card.missing.map(({ what, needs }) => `${what}: ${needs}`).join('\n');

  const noSpm = without('spm');
  t.is(noSpm.downhole, null);
  t.regex(needs(noSpm), /downhole card.*: spm$/m);
  t.not(noSpm.torque, null);
  t.is(noSpm.goodman!.length, 1);

  const noRods = without('rods');
  t.is(noRods.downhole, null);
  t.is(noRods.goodman, null);
  t.regex(needs(noRods), /downhole card.*: rods$/m);
  t.not(noRods.surfaceFigures.polishedRodKw, null);

  const noUnit = without('unit');
  t.is(noUnit.torque, null);
  t.not(noUnit.downhole, null);
  t.regex(needs(noUnit), /gearbox torque: unit geometry/);

  const noPump = without('pump_d_mm');
  t.is(noPump.displacementM3D, null);
  t.is(noPump.intakeKpa, null);
  t.not(noPump.pump, null);

  const noCasing = without('casing_kpa');
  t.not(noCasing.intakeKpa, null);
  t.is(noCasing.fluidLevelM, null);

  const noFluid = without('fluid_sg');
  t.not(noFluid.downhole, null);
  t.is(noFluid.intakeKpa, null);

  const nothing = diagnosed(full, {});
  t.is(nothing.downhole, null);
  t.true(nothing.surfaceFigures.peakLoadKn > 50);
  t.true(cardLines(cardFacts(nothing)).some((line) => line.startsWith('No gearbox torque')));
});

test('absurd figures of a well count as missing and are named', (t) => {
  const well = readWell({
    spm: 0,
    rods: [{ length_m: -5, d_mm: 22 }],
    pump_d_mm: 1.75,
    fluid_sg: 920,
    pump_depth_m: 'deep',
    unit: { a_m: 3 },
  });
  t.is(well.spm, null);
  t.is(well.rods, null);
  t.is(well.pumpDiameterMm, null);
  t.is(well.fluidSg, null);
  t.is(well.geometry, null);
  for (const name of [
    'spm 0',
    'rods[0]',
    'pump_d_mm 1.75',
    'fluid_sg 920',
    'pump_depth_m "deep"',
    'unit geometry',
  ])
    t.true(
      well.problems.some((problem) => problem.includes(name)),
      name,
    );
  t.throws(() => readWell([]), { code: 'DATA_INVALID' });
});

test('rods of another length than the pump’s depth are doubted', (t) => {
  t.true(readWell({ ...wellJson, pump_depth_m: 2500 }).problems.some((problem) => problem.includes('1900')));
});

const turned = (card: RawCard): RawCard => ({
  positionM: card.positionM.toReversed(),
  loadKn: card.loadKn.toReversed(),
});
const scaled = (card: RawCard, x: number, f: number): RawCard => ({
  positionM: card.positionM.map((v) => v * x),
  loadKn: card.loadKn.map((v) => v * f),
});
const cut = (card: RawCard, from: number, until: number): RawCard => ({
  positionM: card.positionM.slice(from, until),
  loadKn: card.loadKn.slice(from, until),
});

test('a card that is none is refused with the reason', (t) => {
  const circle = (n: number): RawCard => ({
    positionM: Array.from({ length: n }, (_, i) => 1 - Math.cos((2 * Math.PI * i) / n)),
    loadKn: Array.from({ length: n }, (_, i) => 30 + 10 * Math.sin((2 * Math.PI * i) / n)),
  });
  const refusals: [string, RawCard, RegExp][] = [
    ['five points', circle(5), /5 points are no stroke/],
    ['200 000 points', circle(200_000), /more than 100000/],
    ['zero stroke', scaled(full, 0, 1), /stroke is 0 m/],
    ['inches', scaled(full, 39.37, 1), /inches/],
    ['pounds', scaled(full, 1, 224.8), /pounds/],
    ['newtons', scaled(full, 1, 1000), /newtons/],
    ['no load', scaled(full, 1, 0), /load cell shows nothing/],
    ['all NaN', scaled(full, Number.NaN, 1), /no numbers/],
    [
      'two lengths',
      { positionM: full.positionM, loadKn: full.loadKn.slice(1) },
      /200 positions and 199 loads/,
    ],
  ];
  for (const [name, card, reason] of refusals) {
    const repaired = repairCard(card);
    t.false(repaired.ok, name);
    if (!repaired.ok) t.regex(repaired.reason, reason, name);
  }
});

test('ten points give loads and stroke but no shape', (t) => {
  const ten = diagnosed(simulated('normal', 10));
  t.is(ten.surfaceFigures.points, 10);
  t.is(ten.downhole, null);
  t.is(ten.torque, null);
  t.regex(ten.missing[0]!.needs, /10 points do not show a shape/);
});

test('ten thousand points give what two hundred give', (t) => {
  const many = diagnosed(simulated('normal', 10_000));
  const usual = diagnosed(full);
  t.true(Math.abs(many.pump!.netStrokeM! - usual.pump!.netStrokeM!) < 0.02);
  t.true(Math.abs(many.pump!.fluidLoadKn - usual.pump!.fluidLoadKn) < 0.5);
});

test('a few missing points are bridged, many refuse the card', (t) => {
  const holes = (share: number): RawCard => ({
    ...full,
    loadKn: full.loadKn.map((v, i) => (i % Math.round(1 / share) === 0 ? Number.NaN : v)),
  });
  const bridged = diagnosed(holes(0.05));
  t.true(bridged.notes.some((note) => note.startsWith('10 points that were no numbers')));
  t.true(Math.abs(bridged.pump!.netStrokeM! - diagnosed(full).pump!.netStrokeM!) < 0.03);
  t.false(repairCard(holes(0.25)).ok);
});

test('a card that runs backwards is turned round', (t) => {
  const back = diagnosed(turned(full));
  t.true(back.notes.some((note) => note.includes('turned round')));
  t.true(Math.abs(back.pump!.netStrokeM! - diagnosed(full).pump!.netStrokeM!) < 0.03);
});

test('a small gap is spread, a large one leaves no downhole card', (t) => {
  const small = repairCard(cut(full, 0, 178));
  t.true(small.ok && small.shapeProblem === null && small.notes.some((note) => note.includes('not closed')));
  const large = diagnosed(cut(full, 0, 130));
  t.is(large.downhole, null);
  t.regex(large.missing.map(({ needs }) => needs).join(), /not closed/);
});

test('of several strokes the first whole one is used', (t) => {
  const thrice: RawCard = {
    positionM: [...full.positionM, ...full.positionM, ...full.positionM],
    loadKn: [...full.loadKn, ...full.loadKn, ...full.loadKn],
  };
  const card = diagnosed(thrice);
  t.true(card.notes.some((note) => note.includes('strokes')));
  t.true(Math.abs(card.surfaceFigures.points - 200) <= 2);
});

test('torque over a turn is the work of the card, and the best counterbalance is no worse than any other', (t) => {
  const repaired = repairCard(full);
  if (!repaired.ok) return t.fail(repaired.reason);
  const at = (momentKnM: number | null, reversed = false) => {
    const result = gearboxTorque({ ...repaired, geometry, unbalanceKn: 0, momentKnM, reversed });
    if (!result.ok) throw new Error(result.reason);
    return result.torque;
  };
  const best = at(null);
  t.is(best.netPeakKnM, null);
  for (const moment of [0, 40, 60, 80, 120]) t.true(at(moment).netPeakKnM! >= best.bestPeakKnM - 1e-6);
  // A rod torque of mean work ÷ 2π cannot be balanced away.
  const meanKnM = areaOf(repaired.positionM, repaired.loadKn) / (2 * Math.PI);
  t.true(best.bestPeakKnM > meanKnM);
  t.true(best.rodHighKnM > 0 && best.rodLowKnM < 0);
});

test('a geometry that cannot turn, or of another stroke, gives no torque but the reason', (t) => {
  const { torque, missing } = diagnosed(full, { ...wellJson, unit: { ...wellJson.unit, p_m: 0.5 } });
  t.is(torque, null);
  t.true(missing.some(({ needs }) => needs.includes('cannot turn')));
  const other = diagnosed(full, { ...wellJson, unit: { ...wellJson.unit, r_m: 0.8 } });
  t.true(other.missing.some(({ needs }) => needs.includes('another crank hole')));
});

test('pump-off: so many strokes in a row stop, one good stroke begins anew, an unjudged one does neither', (t) => {
  const advices = (strokes: readonly (number | null)[], gas = false) => {
    let state: PumpOffState = { lowStrokes: 0 };
    return strokes.map((fillage) => {
      const step = stepPumpOff(state, { fillage, gas });
      state = step.state;
      return step.advice;
    });
  };
  t.deepEqual(advices([0.5, 0.5, 0.5]), ['watch', 'watch', 'stop']);
  t.deepEqual(advices([0.5, 0.5, 0.9, 0.5]), ['watch', 'watch', 'run', 'watch']);
  t.deepEqual(advices([0.5, 0.5, null, 0.5]), ['watch', 'watch', 'watch', 'stop']);
  // At the setpoint a stroke is good.
  t.deepEqual(advices([0.7]), ['run']);
  t.is(
    advices(
      Array.from({ length: 11 }, () => 0.5),
      true,
    ).at(-1),
    'watch',
  );
  t.is(
    advices(
      Array.from({ length: 12 }, () => 0.5),
      true,
    ).at(-1),
    'stop',
  );
});

test('a card is read from CSV, JSON and the shared form, in the units that it names', (t) => {
  const csv = 'time,position_in,load_lbf\n0,0,1000\n1,39.37007874,2000\n2,,x\n';
  const read = parseCard(csv, 'a.csv');
  t.deepEqual(
    Array.from(read.positionM, (x) => x.toFixed(3)),
    ['0.000', '1.000', 'NaN'],
  );
  t.deepEqual(
    Array.from(read.loadKn, (f) => f.toFixed(3)),
    ['4.448', '8.896', 'NaN'],
  );
  t.deepEqual(parseCard('{"position_m":[0,1],"load_n":[1000,null]}', 'a.json'), {
    positionM: [0, 1],
    loadKn: [1, Number.NaN],
  });
  t.deepEqual(parseCard('class\tposition_m\tload_kN\nREGULAR_WORK\t0.0,1.0\t20,30\n', 'a.tsv'), {
    positionM: [0, 1],
    loadKn: [20, 30],
  });
  for (const bad of ['', '{', 'a,b\n1,2', '{"position_m":[1]}'])
    t.throws(() => parseCard(bad, 'bad'), { code: 'DATA_INVALID' });
});
