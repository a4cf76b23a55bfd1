/** Laws of the wave equation: known answers of both methods, where it is stable, what damping it finds. */
import test from 'ava';
import { EverittJennings } from './everittJennings.js';
import { gibbs } from './gibbs.js';
import { type Grid, gridOf, gridWith } from './grid.js';
import { areaOf, extentOf, percentileOf } from './loop.js';
import { PumpCardSolver } from './pumpCard.js';
import type { PumpCondition } from './pumpModel.js';
import { resampleLoop } from './resampleLoop.js';
import { rodString, steelSection, weightInFluidN } from './rodString.js';
import { simulateStroke } from './simulateStroke.js';

// The golden case: 1500 m of 22.2 mm steel, 8 strokes a minute of 2.54 m, c = .2 /s, 25 kN of fluid, no weight.
const periodS = 7.5;
const golden = rodString([steelSection(1500, 22.2)]);
const fluidLoadN = 25_000;
const tapered = rodString([steelSection(600, 25.4), steelSection(700, 22.2), steelSection(800, 19.05)]);

function simulate(
  string = golden,
  condition: PumpCondition = 'normal',
  { dampingPerS = 0.2, severity = 0.4, steps = 120 } = {},
) {
  const pump = { condition, fluidLoadN, strokeM: 2.14, severity, speedMS: 0.9, frictionN: 0 };
  return simulateStroke({
    string,
    pump,
    periodS,
    polishedRodM: (phase) => 1.27 * (1 - Math.cos(2 * Math.PI * phase)),
    dampingPerS,
    steps,
    ...(condition === 'unanchored_tubing' ? { tubingNM: 1e5 } : {}),
  });
}

function marched(grid: Grid, cards = goldenCards) {
  const positionM = new Float64Array(grid.points);
  const loadN = new Float64Array(grid.points);
  resampleLoop(cards.surface.positionM, cards.surface.positionM.length, positionM, grid.points);
  resampleLoop(cards.surface.loadN, cards.surface.loadN.length, loadN, grid.points);
  const wave = new EverittJennings();
  wave.march(grid, { positionM, loadN }, periodS, 0.2);
  return wave;
}

const goldenCards = simulate(golden, 'normal', { steps: 240 });

function within(value: number, wanted: number, share: number): boolean {
  return Math.abs(value / wanted - 1) <= share;
}

test('forward: polished-rod loads, work and plunger stroke are the golden ones', (t) => {
  const { surface, downhole } = goldenCards;
  const load = extentOf(surface.loadN);
  t.true(within(load.high, 40_391, 0.002), `PPRL ${load.high}`);
  t.true(within(load.low, -15_388, 0.005), `MPRL ${load.low}`);
  t.true(within(areaOf(surface.positionM, surface.loadN), 57_648, 0.001));
  const stroke = extentOf(downhole.positionM);
  t.true(within(stroke.high - stroke.low, 2.1427, 0.001));
  t.true(within(areaOf(downhole.positionM, downhole.loadN), 53_566, 0.001));
});

test('Everitt–Jennings from 20 steps on: stroke ± .2 %, area ± .1 %, p95 and p5 ± 3 % of the fluid load', (t) => {
  for (const steps of [20, 40]) {
    const grid = gridOf(golden, periodS, steps);
    const wave = marched(grid);
    const stroke = extentOf(wave.positionM, grid.points);
    t.true(within(stroke.high - stroke.low, 2.1427, 0.002));
    t.true(within(areaOf(wave.positionM, wave.loadN, grid.points), 53_566, 0.001));
    t.true(Math.abs(percentileOf(wave.loadN, 0.95, grid.points) - fluidLoadN) < 0.03 * fluidLoadN);
    t.true(Math.abs(percentileOf(wave.loadN, 0.05, grid.points)) < 0.03 * fluidLoadN);
  }
});

test('Gibbs with 10 and 30 harmonics gives the golden table', (t) => {
  for (const [harmonics, strokeM, areaKj, p95, p5] of [
    [10, 2.1521, 53.596, 25_330, -330],
    [30, 2.1455, 53.573, 25_123, -123],
  ] as const) {
    const card = gibbs(golden, goldenCards.surface, { periodS, dampingPerS: 0.2, harmonics, points: 400 });
    const stroke = extentOf(card.positionM);
    t.true(within(stroke.high - stroke.low, strokeM, 0.0005));
    t.true(within(areaOf(card.positionM, card.loadN), areaKj * 1000, 0.0005));
    t.true(Math.abs(percentileOf(card.loadN, 0.95) - p95) < 50);
    t.true(Math.abs(percentileOf(card.loadN, 0.05) - p5) < 50);
  }
});

test('marching down is stable below a Courant number of 1 and explodes above it', (t) => {
  const greatest = (courant: number) => {
    const grid = gridWith(golden, periodS, 20, Math.round(courant * 517.2));
    const wave = marched(grid);
    const { low, high } = extentOf(wave.positionM, grid.points);
    return Math.max(-low, high);
  };
  t.true(within(greatest(0.58), 2.113, 0.003));
  t.true(within(greatest(0.967), 2.113, 0.003));
  t.true(greatest(1.16) > 1e4);
  t.true(greatest(1.933) > 1e15);
});

test('a grid is stable at every taper, has 20 steps at least and as many points as cards have', (t) => {
  for (const string of [
    golden,
    tapered,
    rodString([steelSection(300, 19.05)]),
    rodString([steelSection(4000, 25.4)]),
  ])
    for (const seconds of [4, 7.5, 60]) {
      const grid = gridOf(string, seconds);
      t.true(grid.courant <= 0.97 + 1e-9);
      t.true(grid.nodes >= 21);
      t.true(grid.points >= 150 && grid.points <= 4096, `${grid.points}`);
    }
});

test('through tapers the pump card comes back as it was simulated, by both methods', (t) => {
  const cards = simulate(tapered);
  const solver = new PumpCardSolver();
  solver.solve(tapered, { ...cards.surface, periodS }, 0, 0.2);
  const weightN = weightInFluidN(tapered, 0);
  const series = gibbs(tapered, cards.surface, { periodS, dampingPerS: 0.2, harmonics: 30, points: 400 });
  const truth = extentOf(cards.downhole.positionM);
  const strokeM = truth.high - truth.low;
  t.true(weightN > 0);
  t.true(within(solver.levels.grossM, strokeM, 0.005));
  const gibbsStroke = extentOf(series.positionM);
  t.true(within(gibbsStroke.high - gibbsStroke.low, strokeM, 0.005));
  // The solver takes the rods' weight off; the simulated load has none.
  const workJ = areaOf(cards.downhole.positionM, cards.downhole.loadN);
  t.true(within(solver.pumpWorkJ, workJ, 0.005));
  t.true(within(areaOf(series.positionM, series.loadN), workJ, 0.005));
});

test('the damping that rods had is found again, whatever the pump does', (t) => {
  const solver = new PumpCardSolver();
  for (const string of [golden, tapered])
    for (const dampingPerS of [0.1, 0.2, 0.4])
      for (const condition of [
        'normal',
        'fluid_pound',
        'gas_interference',
        'tagging_top',
        'unanchored_tubing',
      ] as const) {
        const cards = simulate(string, condition, { dampingPerS });
        solver.solve(string, { ...cards.surface, periodS }, 0);
        const name = `${condition} ${dampingPerS}: ${solver.dampingPerS}`;
        t.true(Math.abs(solver.dampingPerS - dampingPerS) < 0.06, name);
        t.false(solver.dampingAtLimit, name);
        const workJ = areaOf(cards.downhole.positionM, cards.downhole.loadN);
        t.true(within(solver.pumpWorkJ, workJ, 0.03), name);
      }
});

test('fillage of a pounding pump is that of the simulation', (t) => {
  const solver = new PumpCardSolver();
  for (const severity of [0.2, 0.4, 0.6]) {
    const cards = simulate(golden, 'fluid_pound', { severity });
    solver.solve(golden, { ...cards.surface, periodS }, 0);
    // The simulation's fillage is of an expected stroke of 2.14 m.
    t.true(Math.abs(solver.levels.netM - (1 - severity) * 2.14) < 0.05, `${severity} ${solver.levels.netM}`);
    t.true(solver.levels.releaseShare < 0.08);
  }
});

test('gas lets the load go slowly, pounding at once', (t) => {
  const solver = new PumpCardSolver();
  const release = (condition: PumpCondition) => {
    solver.solve(golden, { ...simulate(golden, condition).surface, periodS }, 0);
    return solver.levels.releaseShare;
  };
  t.true(release('gas_interference') > 0.1);
  t.true(release('fluid_pound') < 0.05);
});

test('resampling keeps a curve that is smooth, to more points and to fewer', (t) => {
  const wave = (n: number) => Float64Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n));
  for (const [from, to] of [
    [200, 517],
    [6897, 501],
    [200, 200],
    [250, 128],
  ] as const) {
    const out = new Float64Array(to);
    resampleLoop(wave(from), from, out, to);
    const wanted = wave(to);
    for (let i = 0; i < to; i++) t.true(Math.abs((out[i] as number) - (wanted[i] as number)) < 2e-3);
  }
});

test('a second card of the same well uses the same buffers', (t) => {
  const solver = new PumpCardSolver();
  const { surface } = simulate();
  solver.solve(golden, { ...surface, periodS }, 0);
  const { positionM, loadN, sectionLowN } = solver;
  solver.solve(golden, { ...surface, periodS }, 0);
  t.is(solver.positionM, positionM);
  t.is(solver.loadN, loadN);
  t.is(solver.sectionLowN, sectionLowN);
});
