/** Laws of pump, motor and inflow physics, at the values the equations give by hand. */
import test from 'ava';
import { readEquipment, writeEquipment } from '../equipment.js';
import { bubblePointKpa, dissolvedGasM3M3, type Fluid, freeGasFraction, liquidDensityKgM3 } from './fluid.js';
import { brakePowerKw, headM, pressureKpa, totalHeadM } from './head.js';
import { inflowM3D, vogelShare } from './inflow.js';
import { electricKw, motorAmps, motorLoad, motorRiseC } from './motor.js';
import {
  affinityHead,
  affinityPower,
  affinityRate,
  headPerStageM,
  powerPerStageKw,
  pumpCurve,
  rateAtHeadM3D,
} from './pumpCurve.js';
import { frictionKpa } from './tubing.js';

const feet = 0.3048;
const hp = 0.7457;
const bpd = 0.1589873;

const curve = pumpCurve(
  [0, 100, 200, 300, 400, 500].map((rateM3D) => ({
    rateM3D,
    headMPerStage: 8 - (rateM3D / 200) ** 2,
    powerKwPerStage: 0.2 + rateM3D / 2000,
  })),
);

test('from 60 to 50 Hz, 2000 bpd, 5000 ft, 120 hp become 1666.7, 3472 and 69.4', (t) => {
  t.true(Math.abs(affinityRate(2000, 60, 50) - 1666.7) < 0.1);
  t.true(Math.abs(affinityHead(5000, 60, 50) - 3472) < 0.5);
  t.true(Math.abs(affinityPower(120, 60, 50) - 69.4) < 0.05);
});

test('2000 bpd of specific gravity .9 through 5000 ft at 62 % take 106.92 hp', (t) => {
  const kw = brakePowerKw({
    rateM3D: 2000 * bpd,
    headM: 5000 * feet,
    specificGravity: 0.9,
    efficiency: 0.62,
  });
  t.true(Math.abs(kw / hp - 106.92) < 0.1);
});

test('a curve read at another frequency obeys affinity at every rate', (t) => {
  for (const hz of [35, 50, 60, 70])
    for (const rate of [0, 80, 230, 410]) {
      const at60 = affinityRate(rate, hz, 60);
      t.true(
        Math.abs(headPerStageM(curve, rate, hz) - affinityHead(headPerStageM(curve, at60, 60), 60, hz)) <
          1e-9,
      );
      t.true(
        Math.abs(
          powerPerStageKw(curve, rate, hz, 0.9) -
            0.9 * affinityPower(powerPerStageKw(curve, at60, 60, 1), 60, hz),
        ) < 1e-9,
      );
    }
  t.true(Number.isNaN(headPerStageM(curve, 100, 0)));
});

test('the rate found at a head gives that head; above shut-in head it is none', (t) => {
  for (const head of [0.5, 3, 6]) {
    const rate = rateAtHeadM3D(curve, head, 52);
    t.true(Math.abs(headPerStageM(curve, rate, 52) - head) < 1e-6);
  }
  t.is(rateAtHeadM3D(curve, 9, 60), 0);
  const drooping = pumpCurve(
    [
      [0, 7],
      [100, 8],
      [300, 2],
    ].map(([rateM3D = 0, headMPerStage = 0]) => ({ rateM3D, headMPerStage, powerKwPerStage: Number.NaN })),
  );
  t.true(rateAtHeadM3D(drooping, 7.5, 60) > 100);
});

test('head and pressure are inverses, and a column of water of 10 m weighs 98 kPa', (t) => {
  t.true(Math.abs(pressureKpa(10, 1000) - 98.0665) < 1e-9);
  t.true(Math.abs(headM(pressureKpa(123, 870), 870) - 123) < 1e-9);
  t.true(Math.abs(totalHeadM({ intakeKpa: 1000, dischargeKpa: 1098.0665, densityKgM3: 1000 }) - 10) < 1e-9);
});

test('inflow is a line above bubble point, Vogel below, one slope at the knee, none at reservoir pressure', (t) => {
  t.is(vogelShare(0), 1);
  t.true(Math.abs(vogelShare(1)) < 1e-12);
  const well = { reservoirKpa: 20_000, bubbleKpa: 8000, productivityM3DKpa: 0.02 };
  t.is(inflowM3D(well, 20_000), 0);
  t.true(Math.abs(inflowM3D(well, 10_000) - 200) < 1e-9);
  const below = inflowM3D(well, 7999) - inflowM3D(well, 8000);
  t.true(Math.abs(below - 0.02) < 1e-4);
  t.true(inflowM3D(well, 0) < 0.02 * 20_000);
});

test('oil holds all its gas above the bubble point and less below, and free gas grows as pressure falls', (t) => {
  const fluid: Fluid = { oilApi: 30, waterCut: 0.5, gorM3M3: 80, gasGravity: 0.75, waterDensityKgM3: 1030 };
  const bubble = bubblePointKpa(fluid, 80);
  t.true(bubble > 5000 && bubble < 25_000);
  t.true(Math.abs(dissolvedGasM3M3(fluid, bubble, 80) / 80 - 1) < 0.02);
  t.is(freeGasFraction(fluid, bubble * 1.1, 80), 0);
  const fractions = [8000, 5000, 3000, 1000].map((kpa) => freeGasFraction(fluid, kpa, 80));
  t.deepEqual(
    fractions,
    [...fractions].sort((a, b) => a - b),
  );
  t.true((fractions[0] as number) > 0 && (fractions[3] as number) < 1);
  t.true(Math.abs(liquidDensityKgM3({ ...fluid, waterCut: 1 }) - 1030) < 1e-9);
});

test('friction grows with the square of a turbulent rate, linearly with a laminar one, and turns with the flow', (t) => {
  const flow = { lengthM: 2000, innerMm: 62, densityKgM3: 950, viscosityPaS: 0.002, roughness: 0.01 };
  const at = (rateM3D: number, viscosityPaS = 0.002) => frictionKpa({ ...flow, rateM3D, viscosityPaS });
  t.true(Math.abs(at(400) / at(200) - 4) < 0.2);
  t.true(Math.abs(at(40, 0.5) / at(20, 0.5) - 2) < 1e-9);
  t.is(at(0), 0);
  t.is(at(-100), -at(100));
});

test('a motor at nameplate takes nameplate current, idle its idle share, and heats with the square of its load', (t) => {
  const rating = { kw: 100, volts: 2000, amps: 40, idleShare: 0.35 };
  t.is(motorLoad(rating, 100, 60), 1);
  t.is(motorLoad(rating, 50, 30), 1);
  t.is(motorAmps(rating, 1, 1), 40);
  t.is(motorAmps(rating, 0, 1), 14);
  t.true(motorAmps(rating, 1, 0.9) > 40);
  t.true(Math.abs(electricKw(2000, 40, 0.84) - 116.4) < 0.1);
  const rise = (load: number, speedMS: number) =>
    motorRiseC({ nameplateRiseC: 40, load, speedMS, referenceMS: 0.3 });
  t.is(rise(1, 0.3), 40);
  t.is(rise(0.5, 0.3), 10);
  t.true(rise(1, 0.1) > rise(1, 0.3));
  t.true(Number.isFinite(rise(1, 0)));
});

test('equipment without a figure is all null, absurd figures are named, and what is read can be written and read', (t) => {
  for (const nothing of [undefined, null, {}, 7])
    t.is(Object.values(readEquipment(nothing)).filter((v) => v !== null && !Array.isArray(v)).length, 0);
  const bad = readEquipment({
    installed: 'yesterday',
    stages: 0,
    pump_depth_m: -2000,
    motor_kw: '75',
    pump_curve_60hz: [
      [0, 1],
      [10, 2],
    ],
  });
  for (const name of ['installed', 'stages', 'pump_depth_m', 'motor_kw', 'pump_curve_60hz'])
    t.is(bad.problems.filter((p) => p.startsWith(name)).length, 1, name);
  t.is(bad.stages, null);
  const good = readEquipment({
    installed: '2026-01-01T00:00:00Z',
    stages: 120,
    pump_curve_60hz: [
      [300, 2, 0.3],
      [0, 8, 0.2],
      [100, 7, 0.25],
    ],
    gor: 0,
  });
  t.deepEqual(good.problems, []);
  t.is(good.pumpCurve60Hz?.[0]?.rateM3D, 0);
  t.deepEqual(readEquipment(writeEquipment(good)), good);
});
