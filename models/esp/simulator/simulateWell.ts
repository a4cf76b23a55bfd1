/** Simulates one well: its life drawn, its physics stepped, its gauges read with all their faults. */
import { dayMs, firstSixMs } from '../dayScore.js';
import { liquidDensityKgM3 } from '../pump/fluid.js';
import { type SignalName, signalNames } from '../signals.js';
import type { WellEvent, WellFailure, WellSeries } from '../wellSeries.js';
import { applyEpisode } from './applyEpisode.js';
import { type Condition, degrade, healthy, newCondition } from './condition.js';
import { type Draw, drawFrom, seedOf } from './draw.js';
import { drawWell, type SimulatedWell } from './drawWell.js';
import {
  downholeSignals,
  drawInstruments,
  driveSignals,
  type Instrument,
  type Instruments,
  within,
} from './instruments.js';
import { drawLife, type Episode, type Life, severityOf, type SetPoint } from './life.js';
import { isOperatingEvent } from '../modes.js';
import type { Ranges } from './ranges.js';
import { addGauges } from './readGauges.js';
import { startState, stepWell, type WellState, type WellToday } from './stepWell.js';

export interface SimulationOptions {
  readonly ranges: Ranges;
  readonly seed: number;
  /** The same seed and index give the same well, whatever else is simulated. */
  readonly index: number;
  readonly startMs: number;
  readonly days: number;
  readonly stepMs: number;
}

export interface SimulatedSeries {
  readonly series: WellSeries;
  /** Its failure, if it lies within the record. */
  readonly failures: readonly WellFailure[];
  /** A failure after the record's end, whose first signs are in it. */
  readonly beyond: WellFailure | null;
  readonly events: readonly WellEvent[];
  readonly observedToMs: number;
  /** True severity at each 06:00 from `firstSixMs(startMs)` on: what an oracle sees. */
  readonly severity: Float32Array;
}

/** Physics never takes longer steps: the motor's time constant is 10 to 30 minutes. */
const stepMinutesMax = 10;

export function simulateWell(options: SimulationOptions): SimulatedSeries {
  const { ranges, seed, index, startMs } = options;
  const well = drawWell(ranges, seed, index, startMs);
  const life = drawLife(ranges, { ...options, frequencyHz: well.frequencyHz, choke: well.choke });
  const draw = drawFrom(seedOf(seed, index, 2));
  const instruments = drawInstruments(ranges, draw, { startMs, endMs: life.endMs });
  const { timesMs, columns } = run({ options, well, life, instruments, draw });
  const failed = life.failure !== null && life.failure.failureMs < life.endMs;
  const days = Math.max(0, Math.floor((life.endMs - firstSixMs(startMs)) / dayMs) + 1);
  return {
    series: { well: `w${String(index).padStart(4, '0')}`, timesMs, columns, equipment: well.equipment },
    failures: failed && life.failure ? [life.failure] : [],
    beyond: failed ? null : life.failure,
    events: life.episodes
      .filter(({ startMs: from }) => from < life.endMs)
      .flatMap(({ kind, startMs: from, endMs }) =>
        isOperatingEvent(kind) ? [{ mode: kind, startMs: from, endMs }] : [],
      ),
    observedToMs: life.endMs,
    severity: Float32Array.from({ length: days }, (_, day) =>
      life.degradations.reduce(
        (most, each) => Math.max(most, severityOf(each, firstSixMs(startMs) + day * dayMs)),
        0,
      ),
    ),
  };
}

interface Run {
  readonly options: SimulationOptions;
  readonly well: SimulatedWell;
  readonly life: Life;
  readonly instruments: Instruments;
  readonly draw: Draw;
}

function run({ options, well, life, instruments, draw }: Run) {
  const { startMs, stepMs } = options;
  const rows = Math.max(1, Math.floor((life.endMs - startMs) / stepMs));
  const inner = Math.max(1, Math.ceil(stepMs / 60_000 / stepMinutesMax));
  const innerMs = stepMs / inner;
  const timesMs = new Float64Array(rows);
  const columns = new Map<SignalName, Float32Array>(
    instruments.present.map(({ name }) => [name, new Float32Array(rows).fill(Number.NaN)]),
  );
  const gauges = instruments.present.map((instrument) => ({
    instrument,
    values: columns.get(instrument.name) as Float32Array,
    place: signalNames.indexOf(instrument.name),
    frozen: instruments.frozen.get(instrument.name) ?? [],
    held: Number.NaN,
    era: 0,
    shift: 0,
  }));
  const condition = newCondition();
  const driver = new Operation(life, well, draw);
  const sums = new Float64Array(signalNames.length);
  let today = wellToday(well, 0, draw, null);
  const state = startState(well, today);
  // A well is met in mid-life: a day of running unseen settles level and heat.
  for (let i = 0; i < 288; i++) {
    healthy(condition, well.frequencyHz, well.choke);
    stepWell(state, well, today, condition, 5);
  }
  driver.heldKpa = state.intakeKpa;
  let day = 0;
  let nextTestMs = startMs + draw.unit() * instruments.testEveryMs;
  let written = 0;
  for (let row = 0; row < rows; row++) {
    const rowMs = startMs + (row + 1) * stepMs;
    sums.fill(0);
    let ranShare = 0;
    for (let i = 1; i <= inner; i++) {
      const ms = rowMs - stepMs + i * innerMs;
      const nowDay = Math.floor((ms - startMs) / dayMs);
      if (nowDay > day) {
        day = nowDay;
        today = wellToday(well, day, draw, today);
      }
      driver.apply(condition, ms, state, innerMs);
      stepWell(state, well, today, condition, innerMs / 60_000);
      addGauges(sums, { well, today, state, condition, instruments });
      if (condition.running) ranShare += 1 / inner;
    }
    const inGap = within(instruments.gaps, rowMs);
    if (inGap && instruments.gapRows === 'absent') continue;
    timesMs[written] = rowMs;
    const tested = rowMs >= nextTestMs;
    if (tested) nextTestMs += instruments.testEveryMs;
    const dead = driver.gaugeDead(rowMs);
    for (const gauge of gauges) {
      const { name } = gauge.instrument;
      if (driver.era !== gauge.era) {
        // After a workover other gauges sit in the well.
        gauge.era = driver.era;
        gauge.shift = gauge.instrument.offset === 0 ? 0 : gauge.instrument.offset * draw.normal();
      }
      if (inGap) continue;
      const isDownhole = downholeSignals.has(name);
      let value = (sums[gauge.place] as number) / inner;
      if (isDownhole && (dead || (condition.gaugeLoss > 0 && draw.chance(condition.gaugeLoss)))) {
        if (dead && instruments.sentinel !== 0) gauge.values[written] = instruments.sentinel;
        continue;
      }
      if (isDownhole && draw.chance((instruments.sentinelChance * stepMs) / 3_600_000)) {
        gauge.values[written] = instruments.sentinel;
        continue;
      }
      if (name === 'esp.insul' && !instruments.insulationAlways && ranShare > 0) continue;
      if (ranShare === 0 && instruments.blankWhenDown && driveSignals.has(name)) continue;
      if (instruments.rates !== 'meter' && isRate(name)) {
        if (tested && ranShare > 0.5) gauge.held = read(gauge.instrument, value, 0, 0, condition, draw);
        else if (instruments.rates === 'test') continue;
        gauge.values[written] = gauge.held;
        continue;
      }
      if (gauge.frozen.length > 0 && within(gauge.frozen, rowMs)) {
        gauge.values[written] = gauge.held;
        continue;
      }
      if (name === 'esp.run' || name === 'esp.trip')
        value = name === 'esp.run' ? (ranShare > 0.5 ? 1 : 0) : Math.round(value);
      const read1 = read(gauge.instrument, value, gauge.shift, (rowMs - startMs) / dayMs, condition, draw);
      gauge.held = read1;
      gauge.values[written] = read1;
    }
    written++;
  }
  return {
    timesMs: timesMs.subarray(0, written),
    columns: new Map([...columns].map(([name, values]) => [name, values.subarray(0, written)])),
  };
}

function isRate(name: SignalName): boolean {
  return name.startsWith('well.q') || name === 'well.wcut';
}

function read(
  instrument: Instrument,
  value: number,
  shift: number,
  days: number,
  condition: Condition,
  draw: Draw,
): number {
  const { name, step } = instrument;
  let noise = instrument.noise + instrument.noiseShare * Math.abs(value);
  let seen = value * (1 + instrument.gain) + instrument.offset + shift + instrument.driftPerDay * days;
  if (name === 'esp.ia' || name === 'esp.ib' || name === 'esp.ic') {
    if (value === 0) return 0;
    noise += condition.ampsNoise * value;
    if (condition.spikeChance > 0 && draw.chance(condition.spikeChance)) seen *= 1 + 0.15 * draw.unit();
  } else if (name === 'esp.kw') noise += condition.ampsNoise * value;
  if (noise > 0) seen += noise * draw.normal();
  const rounded = Math.round(seen / step) * step;
  return name === 'esp.ti' || name === 'well.wht' ? rounded : Math.max(0, rounded);
}

/** Slow change: the reservoir declines, water comes, the season turns. */
function wellToday(well: SimulatedWell, day: number, draw: Draw, before: WellToday | null): WellToday {
  const years = day / 365;
  const decline = Math.exp(-well.declineYear * years);
  const waterCut =
    before === null
      ? well.fluid.waterCut
      : Math.min(
          0.99,
          Math.max(
            0.01,
            before.fluid.waterCut +
              (0.25 * well.declineYear * (1 - before.fluid.waterCut)) / 365 +
              0.002 * draw.normal(),
          ),
        );
  const fluid = { ...well.fluid, waterCut };
  const densityKgM3 = liquidDensityKgM3(fluid);
  return {
    fluid,
    inflow: { ...well.inflow, reservoirKpa: well.inflow.reservoirKpa * decline },
    densityKgM3,
    tubingDensityKgM3: well.tubingDensity * (densityKgM3 / liquidDensityKgM3(well.fluid)),
    ambientC: 18 + 8 * Math.sin((2 * Math.PI * day) / 365) + 2 * draw.normal(),
  };
}

/** The supply comes and goes with the field's load. */
const lineMs = 3_600_000;

/** What is going on in the well at a time: set points, degradations, episodes, the failure itself. */
class Operation {
  heldKpa = 0;
  /** Counts workovers. */
  era = 0;
  readonly #life: Life;
  readonly #well: SimulatedWell;
  readonly #gaugeDiesAtFailure: boolean;
  #next = 0;
  #frequency = 0;
  #choke = 0;
  #trimHz = 0;
  /** Of the supply, in its standard deviations. */
  #line = 0;
  readonly #draw: Draw;
  #active: Episode[] = [];

  constructor(life: Life, well: SimulatedWell, draw: Draw) {
    this.#life = life;
    this.#well = well;
    this.#draw = draw;
    const mode = life.failure?.mode;
    this.#gaugeDiesAtFailure = (mode === 'insulation_cable' || mode === 'motor_burnout') && draw.chance(0.6);
  }

  gaugeDead(timeMs: number): boolean {
    return this.#gaugeDiesAtFailure && timeMs >= (this.#life.failure?.failureMs ?? Number.POSITIVE_INFINITY);
  }

  apply(condition: Condition, timeMs: number, state: WellState, stepMs: number): void {
    const { frequencies, chokes, episodes, degradations, failure } = this.#life;
    this.#frequency = advance(frequencies, this.#frequency, timeMs);
    this.#choke = advance(chokes, this.#choke, timeMs);
    if (this.#life.holdsIntake && condition.running) {
      const perHour = Math.min(0.3, Math.max(-0.3, (state.intakeKpa - this.heldKpa) / 500));
      this.#trimHz = Math.min(6, Math.max(-6, this.#trimHz + (perHour * stepMs) / 3_600_000));
    }
    const hz = (frequencies[this.#frequency] as SetPoint).value + this.#trimHz;
    healthy(condition, Math.min(68, Math.max(33, hz)), (chokes[this.#choke] as SetPoint).value);
    const kept = Math.exp(-stepMs / lineMs);
    this.#line = this.#line * kept + Math.sqrt(1 - kept * kept) * this.#draw.normal();
    condition.voltage += this.#well.lineWander * this.#line;
    for (const each of degradations) {
      const severity = severityOf(each, timeMs);
      if (severity > 0) degrade(condition, each.mode, severity, each.strengths);
    }
    while (this.#next < episodes.length && (episodes[this.#next] as Episode).startMs <= timeMs) {
      const begun = episodes[this.#next++] as Episode;
      this.#active.push(begun);
      if (begun.kind === 'workover') this.era++;
    }
    if (this.#active.length > 0) {
      this.#active = this.#active.filter(({ endMs }) => endMs > timeMs);
      for (const episode of this.#active) applyEpisode(condition, episode, timeMs);
    }
    if (failure !== null && timeMs >= failure.failureMs) this.#fail(condition, failure, timeMs);
  }

  #fail(condition: Condition, failure: WellFailure, timeMs: number): void {
    if (failure.mode === 'broken_shaft' && timeMs < failure.failureMs + this.#life.runsOnMs) {
      condition.running = true;
      condition.rotation = 0;
      condition.ampsNoise *= 0.3;
      return;
    }
    condition.running = false;
    // The drive trips on it once; then the well waits for its pull.
    condition.trip = timeMs < failure.failureMs + dayMs ? 1 + (this.#well.stages % 7) : 0;
    condition.insulation *=
      failure.mode === 'insulation_cable' || failure.mode === 'motor_burnout' ? 0.001 : 1;
  }
}

function advance(steps: readonly SetPoint[], from: number, timeMs: number): number {
  let at = from;
  while (at + 1 < steps.length && (steps[at + 1] as SetPoint).fromMs <= timeMs) at++;
  return at;
}
