/** A pump's health: 100 less named penalties that sum to what is missing. */
import { channelIndex } from '../features/channels.js';
import type { WellFeatures } from '../features/wellFeatures.js';

export const penaltyNames = [
  'risk',
  'head',
  'load',
  'temperature',
  'electrical',
  'insulation',
  'vibration',
  'starts',
  'data',
] as const;
export type PenaltyName = (typeof penaltyNames)[number];

export interface Health {
  /** 0–100, whole. */
  readonly health: number;
  /** Whole points, greatest first; their sum is 100 − health. */
  readonly penalties: readonly { readonly name: PenaltyName; readonly points: number }[];
}

/** Most points of each, and the distance from baseline (in the channel's unit) at which they are reached [common practice]. */
const byChannel: readonly (readonly [PenaltyName, string, sign: 1 | -1 | 0, full: number, points: number])[] =
  [
    ['head', 'head', -1, 0.3, 20],
    ['load', 'amps', 0, 0.2, 10],
    ['temperature', 'rise', 1, 0.5, 15],
    ['electrical', 'currentImbalance', 1, 0.5, 10],
    ['insulation', 'leakage', 1, 2.5, 15],
    ['insulation', 'insulation', -1, 3, 15],
    ['vibration', 'vibration', 1, 1.2, 15],
  ];
const riskPoints = 40;
/** The risk in 30 days at which no more points are left to lose. */
const riskFull = 0.5;
const startsPoints = 10;
/** Starts in the last week [≥ 3 a day is an alarm: domain.md A1]. */
const startsFull = 12;
const dataPoints = 10;
/** Channels that a well with a gauge and a drive gives. */
const channelsFull = 16;
/** A distance this small a share of the full one is what every well wanders by. */
const ignored = 0.15;

/** Points lost for what is seen of the well, apart from its risk. */
export type Wear = ReadonlyMap<PenaltyName, number>;

export function healthOf(wear: Wear, risk30: number): Health {
  return summed(new Map([...wear, ['risk', Math.min(risk30 / riskFull, 1) * riskPoints]]));
}

export function wearOf(well: WellFeatures): Wear {
  const points = new Map<PenaltyName, number>();
  const add = (name: PenaltyName, value: number, most: number): void => {
    if (value > 0) points.set(name, Math.max(points.get(name) ?? 0, Math.min(value, 1) * most));
  };
  let there = 0;
  for (let c = 0; c < channelIndex('running'); c++) if (!Number.isNaN(well.days.at(0, c))) there++;
  for (const [name, channel, sign, full, most] of byChannel) {
    const x = well.days.at(0, channelIndex(channel));
    const far = (sign === 0 ? Math.abs(x) : sign * x) / full;
    add(name, (far - ignored) / (1 - ignored), most);
  }
  let starts = 0;
  for (let h = 0; h < well.hours.length; h++) starts += well.hours.at(h, channelIndex('starts')) || 0;
  add('starts', (starts - 1) / startsFull, startsPoints);
  add('data', 1 - there / channelsFull, dataPoints);
  return points;
}

/** Whole points, cut off from the least when they pass 100 together. */
function summed(points: ReadonlyMap<PenaltyName, number>): Health {
  const penalties: { name: PenaltyName; points: number }[] = [];
  let left = 100;
  for (const [name, value] of [...points].sort((a, b) => b[1] - a[1])) {
    const whole = Math.min(Math.round(value), left);
    if (whole === 0) continue;
    penalties.push({ name, points: whole });
    left -= whole;
  }
  return { health: left, penalties };
}
