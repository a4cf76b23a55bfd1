/** What the simulator draws at random, within which limits: declared before any model was trained on it. */
import type { FailureMode, OperatingEvent } from '../modes.js';
import type { Range } from './draw.js';

export type OnsetShape = 'line' | 'power' | 'exponential' | 'logistic' | 'steps';
export type GasModel = 'linear' | 'quadratic' | 'threshold';

/** [common practice] unless said otherwise; `…Log` ranges are drawn evenly on a logarithmic scale. */
export interface Ranges {
  // Reservoir and well
  readonly rateM3DLog: Range;
  readonly pumpDepthM: Range;
  readonly perforationsBelowM: Range;
  readonly reservoirKpaPerM: Range;
  /** Intake pressure the design aims at. */
  readonly intakeKpa: Range;
  readonly waterCut: Range;
  readonly oilApi: Range;
  readonly gorM3M3Log: Range;
  readonly gasGravity: Range;
  readonly separation: Range;
  readonly geothermalCPerM: Range;
  readonly viscosityPaSLog: Range;
  readonly lineKpa: Range;
  readonly chokeDropKpa: Range;
  readonly casingPressureKpa: Range;
  /** Share of reservoir pressure lost a year, share of the oil turned to water a year. */
  readonly declineYear: Range;
  // Pump
  readonly headPerStageM: Range;
  readonly shutInRatio: Range;
  /** Rate without head over best-efficiency rate. */
  readonly endRatio: Range;
  /** Slope of the head at shut-in: above 0 the curve droops. */
  readonly startSlope: Range;
  readonly shutInPower: Range;
  readonly pumpEfficiency: Range;
  /** Design rate over best-efficiency rate. */
  readonly designRatio: Range;
  /** As built over catalogue. */
  readonly asBuilt: Range;
  readonly catalogueError: number;
  // Motor and drive
  readonly motorMargin: Range;
  readonly motorVoltsLog: Range;
  readonly idleShare: Range;
  readonly nameplateRiseC: Range;
  readonly motorTauMin: Range;
  readonly motorEfficiency: Range;
  readonly cableDrop: Range;
  /** Of the supply: standard deviation of its slow coming and going, as a share of it. */
  readonly lineWander: Range;
  readonly frequencyHz: Range;
  // Gas
  readonly gasModels: readonly (readonly [GasModel, number])[];
  readonly gasHeadLoss: Range;
  // Gauges
  readonly noise: Range;
  readonly driftPerMonth: Range;
  /** Of a well, that it lacks: the downhole gauge, discharge pressure, phase currents, voltages, power, wellhead rates. */
  readonly lacks: Readonly<
    Record<'gauge' | 'discharge' | 'phases' | 'volts' | 'power' | 'rates' | 'leakage', number>
  >;
  /** A well-month: frozen signals, sentinels, gaps of communication. */
  readonly frozenMonth: Range;
  readonly sentinelsMonth: Range;
  readonly gapsMonth: Range;
  // Failures
  readonly failuresWellYear: number;
  readonly suddenShare: number;
  /** Coefficient of variation of the severity at which wells fail. */
  readonly severityVariation: number;
  readonly shapes: readonly (readonly [OnsetShape, number])[];
  readonly modes: readonly (readonly [FailureMode, number])[];
  /** Days from onset to a severity of 1. */
  readonly onsetDaysLog: Readonly<Record<FailureMode, Range>>;
  /** Multiplies each effect of a mode, drawn apart for each. */
  readonly effect: Range;
  /** Wells whose pump degrades a little, then no more. */
  readonly plateauShare: number;
  // Life
  readonly frequencyChangesMonth: Range;
  readonly chokeChangesMonth: Range;
  readonly tripsMonth: Range;
  readonly shutInsYear: Range;
  readonly workoversYear: number;
  /** Of wells whose drive holds the intake pressure. */
  readonly heldIntakeShare: number;
  readonly eventsMonth: Readonly<Record<OperatingEvent, number>>;
}

const base: Ranges = {
  rateM3DLog: [30, 600],
  pumpDepthM: [900, 2800],
  perforationsBelowM: [20, 400],
  reservoirKpaPerM: [6.5, 10.5],
  intakeKpa: [1500, 8000],
  waterCut: [0.1, 0.95],
  oilApi: [16, 38],
  gorM3M3Log: [10, 150],
  gasGravity: [0.65, 0.9],
  separation: [0.4, 0.9],
  geothermalCPerM: [0.025, 0.036],
  viscosityPaSLog: [0.0008, 0.01],
  lineKpa: [500, 2500],
  chokeDropKpa: [30, 800],
  casingPressureKpa: [200, 2000],
  declineYear: [0, 0.25],
  headPerStageM: [3.5, 12],
  shutInRatio: [1.2, 1.55],
  endRatio: [1.5, 1.85],
  startSlope: [-0.25, 0.05],
  shutInPower: [0.5, 0.8],
  pumpEfficiency: [0.5, 0.7],
  designRatio: [0.75, 1.2],
  asBuilt: [0.92, 1.03],
  catalogueError: 0.015,
  motorMargin: [1.1, 1.7],
  motorVoltsLog: [900, 3500],
  idleShare: [0.3, 0.4],
  nameplateRiseC: [25, 60],
  motorTauMin: [10, 30],
  motorEfficiency: [0.78, 0.88],
  cableDrop: [0.03, 0.1],
  lineWander: [0.001, 0.006],
  frequencyHz: [40, 62],
  gasModels: [
    ['linear', 2],
    ['quadratic', 1],
    ['threshold', 1],
  ],
  gasHeadLoss: [0.6, 1.4],
  noise: [0.6, 1.6],
  driftPerMonth: [0, 0.008],
  lacks: {
    gauge: 0.08,
    discharge: 0.25,
    phases: 0.15,
    volts: 0.25,
    power: 0.3,
    rates: 0.35,
    leakage: 0.3,
  },
  frozenMonth: [0, 0.6],
  sentinelsMonth: [0, 4],
  gapsMonth: [0, 2],
  failuresWellYear: 0.85,
  suddenShare: 0.25,
  severityVariation: 0.22,
  shapes: [
    ['line', 2],
    ['power', 3],
    ['exponential', 3],
    ['logistic', 1],
    ['steps', 0.5],
  ],
  // Electrical failures are most of all (JEPT 2022: 61 % in ten wells over five years).
  modes: [
    ['broken_shaft', 1],
    ['motor_burnout', 2],
    ['insulation_cable', 2.5],
    ['worn_stage', 1.5],
    ['plugged_intake', 1],
    ['scale_in_pump', 1.3],
    ['tubing_leak', 1],
    ['sand', 1.2],
  ],
  onsetDaysLog: {
    broken_shaft: [6, 25],
    motor_burnout: [8, 50],
    insulation_cable: [10, 50],
    worn_stage: [20, 90],
    plugged_intake: [7, 30],
    scale_in_pump: [15, 80],
    tubing_leak: [6, 30],
    sand: [7, 40],
  },
  effect: [0.6, 1.5],
  plateauShare: 0.2,
  frequencyChangesMonth: [0.3, 5],
  chokeChangesMonth: [0, 2],
  tripsMonth: [0.2, 2.5],
  shutInsYear: [0, 4],
  workoversYear: 0.15,
  heldIntakeShare: 0.15,
  eventsMonth: {
    gas_interference: 0.4,
    gas_lock: 0.12,
    pump_off: 0.15,
    closed_choke: 0.06,
    plugged_flowline: 0.06,
    dead_head: 0.03,
    reverse_rotation: 0.03,
    power: 0.5,
    overheating: 0.1,
    unknown: 0.1,
  },
};

/** Each differs from the first in pump curves, noise, inflow, gas and onsets, so that judging across them tests a shift. */
export const settings = {
  onshore: base,
  /** High rates, flat curves, little gas, good gauges, onsets that accelerate. */
  offshore: {
    ...base,
    rateM3DLog: [250, 1800],
    intakeKpa: [4000, 14_000],
    gorM3M3Log: [15, 90],
    shutInRatio: [1.12, 1.35],
    endRatio: [1.6, 2],
    startSlope: [-0.1, 0.15],
    shutInPower: [0.65, 0.95],
    noise: [0.3, 0.9],
    gasModels: [['quadratic', 1]],
    shapes: [
      ['exponential', 4],
      ['power', 1],
    ],
    lacks: { ...base.lacks, gauge: 0.02, discharge: 0.05, rates: 0.15 },
    tripsMonth: [0.1, 1.2],
    severityVariation: 0.2,
  },
  /** Low rates, much gas at low intake pressure, steep curves, wild signals, onsets in steps. */
  gassy: {
    ...base,
    rateM3DLog: [20, 250],
    intakeKpa: [900, 4000],
    gorM3M3Log: [60, 350],
    waterCut: [0.05, 0.8],
    oilApi: [26, 45],
    shutInRatio: [1.4, 1.8],
    endRatio: [1.4, 1.65],
    startSlope: [-0.5, -0.1],
    gasModels: [['threshold', 1]],
    gasHeadLoss: [0.8, 1.8],
    noise: [0.9, 2.2],
    shapes: [
      ['steps', 1],
      ['line', 3],
      ['power', 2],
      ['logistic', 2],
    ],
    tripsMonth: [0.6, 4],
    severityVariation: 0.25,
    eventsMonth: { ...base.eventsMonth, gas_interference: 1.2, gas_lock: 0.4, pump_off: 0.4 },
  },
  /** Thick oil: friction, hot motors, oversized pumps, slow onsets, drifting gauges. */
  heavy: {
    ...base,
    rateM3DLog: [40, 400],
    oilApi: [9, 18],
    gorM3M3Log: [4, 40],
    viscosityPaSLog: [0.01, 0.15],
    waterCut: [0.2, 0.9],
    pumpEfficiency: [0.35, 0.55],
    designRatio: [0.55, 0.95],
    nameplateRiseC: [40, 80],
    driftPerMonth: [0, 0.02],
    noise: [0.7, 1.8],
    gasModels: [['linear', 1]],
    shapes: [
      ['line', 3],
      ['logistic', 2],
      ['power', 1],
    ],
    onsetDaysLog: {
      ...base.onsetDaysLog,
      worn_stage: [30, 120],
      scale_in_pump: [20, 100],
      sand: [10, 50],
    },
    modes: [
      ['motor_burnout', 3],
      ['insulation_cable', 2],
      ['sand', 2],
      ['worn_stage', 2],
      ['plugged_intake', 1.5],
      ['scale_in_pump', 0.7],
      ['tubing_leak', 1],
      ['broken_shaft', 1.2],
    ],
  },
  /** Deep hot wells on long cables: where limits are fixed, trained on by nothing. */
  deep: {
    ...base,
    rateM3DLog: [60, 900],
    pumpDepthM: [2200, 3400],
    reservoirKpaPerM: [8, 12],
    intakeKpa: [2500, 12_000],
    geothermalCPerM: [0.03, 0.042],
    headPerStageM: [6, 16],
    shutInRatio: [1.15, 1.45],
    nameplateRiseC: [35, 70],
    cableDrop: [0.07, 0.2],
    lineWander: [0.002, 0.012],
    noise: [0.5, 1.4],
    gasModels: [
      ['quadratic', 1],
      ['linear', 1],
    ],
    shapes: [
      ['power', 3],
      ['logistic', 1],
      ['exponential', 1],
    ],
    effect: [0.5, 1.3],
    severityVariation: 0.25,
    modes: [
      ['insulation_cable', 3],
      ['motor_burnout', 2],
      ['broken_shaft', 1],
      ['worn_stage', 1],
      ['scale_in_pump', 2],
      ['tubing_leak', 1],
      ['plugged_intake', 0.7],
      ['sand', 0.7],
    ],
  },
  /** Fast events often, of failures only shafts that break at once: for judging rules on one-minute data. */
  events: {
    ...base,
    failuresWellYear: 6,
    suddenShare: 1,
    modes: [['broken_shaft', 1]],
    plateauShare: 0,
    lacks: { ...base.lacks, gauge: 0, phases: 0 },
    eventsMonth: {
      gas_interference: 3,
      gas_lock: 3,
      pump_off: 2,
      closed_choke: 2,
      plugged_flowline: 1,
      dead_head: 1,
      reverse_rotation: 1,
      power: 3,
      overheating: 1,
      unknown: 0.5,
    },
  },
} as const satisfies Record<string, Ranges>;

export type SettingName = keyof typeof settings;

export function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}
