/** Laws of the simulated well: it obeys the physics, fails as it was told, and is the same for the same seed. */
import test from 'ava';
import { dayMs, hourMs } from '../dayScore.js';
import { readEquipment } from '../equipment.js';
import { failureModes } from '../modes.js';
import { electricKw } from '../pump/motor.js';
import { headPerStageM, pumpCurve } from '../pump/pumpCurve.js';
import { type Condition, degrade, healthy, newCondition } from './condition.js';
import { applyEpisode } from './applyEpisode.js';
import { drawFrom } from './draw.js';
import { drawWell, headCubic, type SimulatedWell, stageHeadM } from './drawWell.js';
import { drawLife } from './life.js';
import { isSetting, settings } from './ranges.js';
import { daysToSeverity, severityAt } from './severity.js';
import { simulateWell } from './simulateWell.js';
import { startState, stepWell, type WellState, type WellToday } from './stepWell.js';
import { seriesCsv } from './writeSet.js';

const startMs = Date.UTC(2025, 0, 1);
const names = Object.keys(settings).filter((name) => isSetting(name));

function todayOf(well: SimulatedWell): WellToday {
  return {
    fluid: well.fluid,
    inflow: well.inflow,
    densityKgM3: 950,
    tubingDensityKgM3: well.tubingDensity,
    ambientC: 20,
  };
}

/** The state after three days under one condition. */
function settled(well: SimulatedWell, change: (c: Condition) => void): WellState {
  const today = todayOf(well);
  const state = startState(well, today);
  const condition = newCondition();
  for (let i = 0; i < 430; i++) {
    healthy(condition, well.frequencyHz, well.choke);
    change(condition);
    stepWell(state, well, today, condition, 10);
  }
  return state;
}

const wells = names.flatMap((name) => [0, 1, 2].map((i) => drawWell(settings[name], 3, i, startMs)));

test('a head cubic starts at shut-in head, is 1 at best efficiency and 0 at its end', (t) => {
  const head = headCubic(1.3, -0.1, 1.7);
  const stage = { head, bepM3D: 1, powerAtBepKw: 1, shutInPower: 1, endRatio: 1.7 };
  t.is(stageHeadM(stage, 0), 1.3);
  t.true(Math.abs(stageHeadM(stage, 1) - 1) < 1e-12);
  t.true(Math.abs(stageHeadM(stage, 1.7)) < 1e-12);
});

test('in every setting a settled well flows as much as comes in, its pump adds what its curve says', (t) => {
  for (const well of wells) {
    const s = settled(well, () => undefined);
    t.true(Math.abs(s.inflowM3D / s.pumpedM3D - 1) < 0.01, `${s.inflowM3D} in, ${s.pumpedM3D} out`);
    t.true(s.pumpedM3D > 0.4 * well.designM3D && s.pumpedM3D < 1.8 * well.designM3D);
    const hz = well.frequencyHz;
    const head = headPerStageM(pumpCurve(well.equipment.pumpCurve60Hz ?? []), s.pumpedM3D, hz) * well.stages;
    const most = (head * 950 * 9.80665) / 1000;
    // Gas, wear as built and the catalogue's own error take something off, never add much.
    t.true(s.dischargeKpa - s.intakeKpa < 1.12 * most && s.dischargeKpa - s.intakeKpa > 0.3 * most);
  }
});

test('energy only gets less on its way: drive, shaft, liquid; and volts, amps and power factor make the power', (t) => {
  for (const well of wells)
    for (const hz of [38, 50, 62]) {
      const s = settled(well, (c) => {
        c.frequencyHz = hz;
      });
      t.true(s.kw > s.shaftKw && s.shaftKw > s.hydraulicKw && s.hydraulicKw >= 0);
      t.true(Math.abs(electricKw(s.volts, s.amps, s.powerFactor) / s.kw - 1) < 1e-9);
      t.true(s.powerFactor > 0.2 && s.powerFactor < 0.98);
    }
});

test('at one opening rate, head and power go with the frequency as affinity says', (t) => {
  const well = wells[0] as SimulatedWell;
  const at = (hz: number) =>
    settled(well, (c) => {
      c.frequencyHz = hz;
    });
  const [slow, fast] = [at(45), at(55)];
  const [q, h] = [fast.pumpedM3D / slow.pumpedM3D, 55 / 45];
  t.true(q > 1 && fast.shaftKw / slow.shaftKw > h && fast.intakeKpa < slow.intakeKpa);
  // Through the same reduced rate the pump gives the head of its 60 Hz curve times the square of the frequency.
  const reduced = (s: WellState, hz: number) =>
    (s.dischargeKpa - s.intakeKpa) /
    (hz / 60) ** 2 /
    stageHeadM(well.stage, ((s.pumpedM3D / well.stage.bepM3D) * 60) / hz);
  const sameGas = (s: WellState) => 1 / (1 - s.gas);
  t.true(Math.abs((reduced(fast, 55) * sameGas(fast)) / (reduced(slow, 45) * sameGas(slow)) - 1) < 0.06);
});

test('an annulus fills up with the time constant of its area, density and productivity', (t) => {
  const base = wells[0] as SimulatedWell;
  const well = {
    ...base,
    annulusM3Kpa: 0.015 / 8.8,
    inflow: { reservoirKpa: 20_000, bubbleKpa: 0, productivityM3DKpa: 0.0231 },
  };
  const today = todayOf(well);
  const state = startState(well, today);
  const condition = newCondition();
  condition.running = false;
  state.intakeKpa = 5000;
  const end = 20_000 - (well.belowPumpM * 950 * 9.80665) / 1000;
  const left = (end - 5000) / Math.E;
  let minutes = 0;
  while (end - state.intakeKpa > left) {
    stepWell(state, well, today, condition, 0.5);
    minutes += 0.5;
  }
  t.true(Math.abs(minutes / 60 - 1.8) < 0.05, `${minutes / 60} h`);
});

test('each failure moves the signals as the table of signatures says', (t) => {
  const well = wells.find((each) => settled(each, () => undefined).gas < 0.02) as SimulatedWell;
  const sound = settled(well, () => undefined);
  const even = [1, 1, 1, 1, 1] as const;
  const failing = Object.fromEntries(
    failureModes.map((mode) => [mode, settled(well, (c) => degrade(c, mode, 1, even))]),
  ) as Record<(typeof failureModes)[number], WellState>;
  const up = (a: number, b: number) => a > b * 1.005;
  for (const mode of ['worn_stage', 'scale_in_pump', 'plugged_intake', 'tubing_leak'] as const) {
    t.true(up(failing[mode].intakeKpa, sound.intakeKpa), mode);
    t.true(up(sound.surfaceM3D, failing[mode].surfaceM3D), mode);
  }
  t.true(
    failing.worn_stage.dischargeKpa - failing.worn_stage.intakeKpa < sound.dischargeKpa - sound.intakeKpa,
  );
  t.true(up(failing.scale_in_pump.amps / failing.scale_in_pump.pumpedM3D, sound.amps / sound.pumpedM3D));
  t.true(up(failing.motor_burnout.motorC - well.intakeC, sound.motorC - well.intakeC));
  t.true(failing.sand.vibrationG > 3 * sound.vibrationG);
  t.true(up(failing.tubing_leak.pumpedM3D, failing.tubing_leak.surfaceM3D));
  const electric = newCondition();
  degrade(electric, 'insulation_cable', 1, even);
  t.true(electric.leakageMa > 2 && electric.insulation < 0.05 && electric.voltageUnbalance > 0);
});

test('a broken shaft: current falls to idling, intake rises, no rate, no head; a gas-locked pump keeps some load', (t) => {
  for (const well of wells) {
    const sound = settled(well, () => undefined);
    const broken = settled(well, (c) => {
      c.rotation = 0;
    });
    t.is(broken.pumpedM3D, 0);
    t.true(broken.intakeKpa > sound.intakeKpa);
    t.true(Math.abs(broken.amps / (well.motor.amps * well.motor.idleShare) - 1) < 0.2);
    t.true(Math.abs(broken.dischargeKpa - broken.intakeKpa) < 200);
    const lock = { kind: 'gas_lock', startMs, endMs: startMs + hourMs, size: 1, periodMin: 10 } as const;
    const locked = { ...sound };
    for (let minute = 0; minute < 30; minute++) {
      const condition = newCondition();
      healthy(condition, well.frequencyHz, well.choke);
      applyEpisode(condition, lock, startMs + minute * 60_000);
      stepWell(locked, well, todayOf(well), condition, 1);
    }
    t.true(locked.pumpedM3D < 0.1 * sound.pumpedM3D);
    // What little it draws heats a motor that nothing cools any more.
    t.true(locked.motorC > sound.motorC + 1, `${sound.motorC} to ${locked.motorC}`);
    t.true(locked.amps > 1.03 * broken.amps && locked.amps < 0.9 * sound.amps);
    t.true(locked.dischargeKpa < sound.dischargeKpa);
  }
});

test('every shape starts at nothing, never falls, and is 1 after its days', (t) => {
  for (const shape of ['line', 'power', 'exponential', 'logistic', 'steps'] as const) {
    const growth = { shape, days: 20, bend: 2, jumps: [0.2, 0.7] };
    t.is(severityAt(growth, -1), 0);
    let before = 0;
    for (let day = 0; day <= 40; day += 0.5) {
      const now = severityAt(growth, day);
      t.true(now >= before - 1e-12, shape);
      before = now;
    }
    t.true(Math.abs(severityAt(growth, 20) - 1) < 0.02, shape);
    const reached = daysToSeverity(growth, 0.6);
    t.true(severityAt(growth, reached) >= 0.6 && severityAt(growth, reached - 0.01) < 0.6, shape);
  }
});

test('wells fail at most once a year, a fifth or more without warning, at scattered severity', (t) => {
  for (const name of names.filter((each) => each !== 'events')) {
    const days = 180;
    const lives = Array.from({ length: 1500 }, (_, index) =>
      drawLife(settings[name], { seed: 1, index, startMs, days, frequencyHz: 50, choke: 60 }),
    );
    const failed = lives.flatMap(({ failure, endMs }) =>
      failure !== null && failure.failureMs < endMs ? [failure] : [],
    );
    const years =
      lives.reduce(
        (sum, { failure, endMs }) => sum + (Math.min(endMs, failure?.failureMs ?? endMs) - startMs),
        0,
      ) /
      dayMs /
      365;
    t.true(failed.length / years <= 1 && failed.length / years > 0.3, `${name}: ${failed.length / years}`);
    t.true(failed.filter(({ sudden }) => sudden).length / failed.length >= 0.2, name);
    t.is(new Set(failed.map(({ mode }) => mode)).size, failureModes.length);
    for (const { onsetMs, detectableFromMs, failureMs, sudden } of failed) {
      t.true(onsetMs <= (detectableFromMs ?? failureMs) && onsetMs <= failureMs);
      t.is(detectableFromMs === null, sudden);
    }
    const at = lives.map(({ severityAtFailure }) => severityAtFailure).filter((s) => Number.isFinite(s));
    const mean = at.reduce((a, b) => a + b, 0) / at.length;
    const deviation = Math.sqrt(at.reduce((sum, s) => sum + (s - mean) ** 2, 0) / at.length);
    t.true(deviation / mean >= 0.2, `${name}: ${deviation / mean}`);
  }
});

const options = { seed: 5, startMs, days: 20, stepMs: hourMs };

test('a seed and an index give one well, whatever is simulated beside it, and another seed another', (t) => {
  const once = seriesCsv(simulateWell({ ...options, ranges: settings.gassy, index: 3 }).series);
  t.is(once, seriesCsv(simulateWell({ ...options, ranges: settings.gassy, index: 3 }).series));
  t.not(once, seriesCsv(simulateWell({ ...options, ranges: settings.gassy, index: 4 }).series));
  t.not(once, seriesCsv(simulateWell({ ...options, ranges: settings.gassy, index: 3, seed: 6 }).series));
});

test('what a simulated well is said to be made of can be read back without a complaint', (t) => {
  for (const well of wells) t.deepEqual(well.equipment.problems, []);
  for (const well of wells) t.deepEqual(readEquipment({ stages: well.stages }).problems, []);
});

test('one-minute rows are simulated too, and a row is never later than the record', (t) => {
  const one = simulateWell({ ...options, ranges: settings.events, index: 0, days: 2, stepMs: 60_000 });
  const times = one.series.timesMs;
  t.true(times.length > 1500 && times.length <= 2880);
  t.true((times.at(-1) as number) <= startMs + 2 * dayMs);
  for (let i = 1; i < times.length; i++) t.true((times[i] as number) > (times[i - 1] as number));
});

test('normal draws have mean 0 and deviation 1, log-normal ones mean 1', (t) => {
  const draw = drawFrom(1);
  const values = Array.from({ length: 20_000 }, () => draw.normal());
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  t.true(Math.abs(mean) < 0.03);
  t.true(Math.abs(values.reduce((sum, v) => sum + v * v, 0) / values.length - 1) < 0.05);
  const logs = Array.from({ length: 20_000 }, () => draw.logNormal(0.3));
  t.true(Math.abs(logs.reduce((a, b) => a + b, 0) / logs.length - 1) < 0.02);
});
