/** What failures and operation do to a well at one moment: multipliers and additions on its physics. */
import type { FailureMode } from '../modes.js';

/** All neutral at start of each step (`healthy`); whoever acts on the well multiplies or adds. */
export interface Condition {
  /** Drive. */
  frequencyHz: number;
  running: boolean;
  voltage: number;
  voltageUnbalance: number;
  /** Pump. */
  head: number;
  /** Share of its passages still open. */
  passage: number;
  shaftPower: number;
  /** 1 turns, 0 broken: no head, no torque. */
  rotation: number;
  /** kPa lost before the first stage at design rate. */
  intakeLossKpa: number;
  extraGas: number;
  /** Share of design rate that returns to the annulus at design discharge pressure. */
  leak: number;
  /** Motor. */
  rise: number;
  amps: number;
  ampsUnbalance: number;
  /** Relative noise of the current. */
  ampsNoise: number;
  spikeChance: number;
  thdPercent: number;
  /** Surface. */
  choke: number;
  chokeShown: number;
  lineBlock: number;
  inflow: number;
  /** Gauges. */
  vibrationG: number;
  leakageMa: number;
  insulation: number;
  gaugeLoss: number;
  trip: number;
}

export function healthy(condition: Condition, frequencyHz: number, choke: number): void {
  condition.frequencyHz = frequencyHz;
  condition.running = true;
  condition.voltage = 1;
  condition.voltageUnbalance = 0;
  condition.head = 1;
  condition.passage = 1;
  condition.shaftPower = 1;
  condition.rotation = 1;
  condition.intakeLossKpa = 0;
  condition.extraGas = 0;
  condition.leak = 0;
  condition.rise = 1;
  condition.amps = 1;
  condition.ampsUnbalance = 0;
  condition.ampsNoise = 0;
  condition.spikeChance = 0;
  condition.thdPercent = 0;
  condition.choke = choke;
  condition.chokeShown = choke;
  condition.lineBlock = 1;
  condition.inflow = 1;
  condition.vibrationG = 0;
  condition.leakageMa = 0;
  condition.insulation = 1;
  condition.gaugeLoss = 0;
  condition.trip = 0;
}

export function newCondition(): Condition {
  const condition = {} as Condition;
  healthy(condition, 60, 100);
  return condition;
}

/** How strongly each effect of a mode shows on this well: around 1, drawn apart for each. */
export type Strengths = readonly [number, number, number, number, number];

/**
 * What a severity does (0 none, around 1 where wells fail). Directions and sizes: table of ESP signatures [common
 * practice], one line a mode.
 */
export function degrade(
  condition: Condition,
  mode: FailureMode,
  severity: number,
  [a, b, c, d, e]: Strengths,
): void {
  const s = Math.max(0, severity);
  switch (mode) {
    case 'worn_stage':
      condition.head *= Math.max(0.2, 1 - 0.22 * a * s);
      condition.passage *= Math.max(0.6, 1 - 0.03 * b * s);
      condition.vibrationG += 0.2 * c * s;
      condition.shaftPower *= 1 - 0.06 * d * s + 0.05 * e * s * s;
      break;
    case 'sand':
      condition.vibrationG += 0.45 * a * s;
      condition.ampsNoise += 0.03 * b * s;
      condition.spikeChance += 0.08 * c * s;
      condition.head *= Math.max(0.3, 1 - 0.08 * d * s);
      condition.shaftPower *= 1 + 0.05 * e * s;
      break;
    case 'scale_in_pump':
      condition.passage *= Math.max(0.35, 1 - 0.2 * a * s);
      condition.head *= Math.max(0.4, 1 - 0.05 * b * s);
      condition.shaftPower *= 1 + 0.13 * c * s;
      condition.rise *= 1 + 0.15 * d * s;
      condition.vibrationG += 0.1 * e * s;
      break;
    case 'plugged_intake':
      condition.intakeLossKpa += 2200 * a * s;
      condition.extraGas += 0.05 * b * s;
      condition.vibrationG += 0.05 * c * s;
      condition.ampsNoise += 0.01 * d * s;
      break;
    case 'tubing_leak':
      condition.leak += 0.3 * a * s;
      break;
    case 'insulation_cable':
      condition.leakageMa += 5 * a * s * s;
      condition.insulation *= Math.exp(-4.5 * b * s);
      condition.voltageUnbalance += 0.02 * c * s;
      condition.ampsUnbalance += 0.05 * d * s;
      condition.gaugeLoss += 0.06 * e * s * s;
      condition.spikeChance += 0.02 * d * s;
      break;
    case 'motor_burnout':
      condition.rise *= 1 + 0.45 * a * s;
      condition.amps *= 1 + 0.06 * b * s;
      condition.ampsUnbalance += 0.035 * c * s;
      condition.insulation *= Math.exp(-2.5 * d * s);
      condition.leakageMa += 1.2 * e * s;
      break;
    case 'broken_shaft':
      condition.vibrationG += 0.3 * a * s;
      condition.ampsNoise += 0.035 * b * s;
      condition.spikeChance += 0.04 * c * s;
      condition.shaftPower *= 1 + 0.04 * d * s;
      break;
  }
}
