/** How much a set of distances looks like each failure mode, by the directions in which practice says its signals go. */
import type { FailureMode } from '../modes.js';
import { channelIndex } from './channels.js';

type Direction = Readonly<Record<string, number>>;

/** Signs and rough weights after domain.md B2 (at constant frequency): direction, never size. */
const directions: Readonly<Record<FailureMode, Direction>> = {
  broken_shaft: { vibration: 1, vibrationPeak: 1, ampsScatter: 1, currentImbalance: 0.5 },
  motor_burnout: {
    rise: 1,
    motorTemperature: 0.7,
    amps: 0.7,
    powerFactor: -0.7,
    insulation: -0.5,
    currentImbalance: 0.5,
    leakage: 0.3,
  },
  insulation_cable: { leakage: 1, insulation: -1, voltageImbalance: 0.7, currentImbalance: 0.7 },
  worn_stage: {
    head: -1,
    headFactor: -1,
    rate: -0.7,
    vibration: 0.7,
    intake: 0.5,
    power: -0.3,
    wellhead: -0.3,
  },
  plugged_intake: {
    intake: 1,
    head: -0.7,
    headFactor: -0.5,
    amps: -0.7,
    power: -0.7,
    rate: -0.7,
    ampsScatter: 0.5,
  },
  scale_in_pump: {
    amps: 1,
    power: 1,
    loadFactor: 1,
    rise: 0.7,
    head: -0.7,
    vibration: 0.5,
    rate: -0.5,
    slip: -0.5,
  },
  tubing_leak: {
    casing: 1,
    rate: -0.7,
    wellhead: -0.7,
    intake: 0.7,
    surfaceFlow: -0.7,
    rateBalance: -0.7,
    loadFactor: 0.5,
  },
  sand: { vibration: 1, vibrationPeak: 1, ampsScatter: 1, currentImbalance: 0.5 },
};

/** What a healthy well's weekly mean wanders by, in each channel's unit [common practice, gauges of ordinary quality]. */
const wander: Readonly<Record<string, number>> = {
  intake: 0.1,
  head: 0.04,
  amps: 0.02,
  power: 0.035,
  rise: 0.06,
  motorTemperature: 0.12,
  currentImbalance: 0.05,
  voltageImbalance: 0.05,
  leakage: 0.3,
  insulation: 0.15,
  vibration: 0.12,
  vibrationPeak: 0.15,
  wellhead: 0.03,
  casing: 0.015,
  rate: 0.06,
  powerFactor: 0.1,
  slip: 0.03,
  surfaceFlow: 0.08,
  headFactor: 0.06,
  loadFactor: 0.03,
  rateBalance: 0.08,
  ampsScatter: 0.2,
};

export const signatureModes = Object.keys(directions) as readonly FailureMode[];

const terms = signatureModes.map((mode) =>
  Object.entries(directions[mode]).map(([name, weight]) => ({
    channel: channelIndex(name),
    weight,
    scale: wander[name] as number,
  })),
);

/** One channel far out must not speak for all. */
const mostScales = 5;

/** A well whose hours scatter more must go further before it looks like anything; a quiet one less far. */
function ownScale(wanders: number, scatter: number): number {
  const own = Number.isNaN(scatter) ? wanders : 0.5 * scatter;
  return Math.sqrt(0.36 * wanders * wanders + own * own);
}

/**
 * Likeness to the mode at that place of `signatureModes`; NaN where less than a third of its signals is there. `scatter` is
 * the well's own, by channel: distances are then measured by it as well.
 */
export function signature(
  mode: number,
  distance: (channel: number) => number,
  scatter?: Float64Array,
): number {
  let sum = 0;
  let there = 0;
  let all = 0;
  for (const { channel, weight, scale } of terms[mode] ?? []) {
    all += Math.abs(weight);
    const x =
      distance(channel) / (scatter === undefined ? scale : ownScale(scale, scatter[channel] as number));
    if (x !== x) continue;
    there += Math.abs(weight);
    sum += weight * Math.max(-mostScales, Math.min(mostScales, x));
  }
  return there < all / 3 ? Number.NaN : sum / there;
}
