/** An erratic sensor: its samples scatter many times wider than usual while their mean stays where it was. */
import type { Detector, Finding, SensorMinute } from './detector.js';

/** Usable minutes before anything is said, and the constant of the usual scatter. */
const warmUpMinutes = 60;
/** A loose connector multiplies noise by tens; slugging and starts double or triple it [common practice, to be confirmed]. */
const openTimes = 8;
const closeTimes = 4;
/** The usual scatter is at least so many dead bands: a historian that sends on change hides what is less. */
const deadBandsMin = 2;
/** A process that swings moves the minute's mean as well; noise leaves it within this share of the scatter. */
const meanShare = 0.25;
const samplesMin = 4;
const openMinutes = 5;
const closeMinutes = 15;

// State of a sensor, by position.
const usual = 0;
const seen = 1;
/** Minutes erratic in a row; below 0 where a finding is open: -1 less the minutes in order in a row. */
const run = 2;
const startMs = 3;
const lastMean = 4;

export const noise: Detector = {
  name: 'noise',
  fields: 5,
  step(state, at, minute, out) {
    if (minute.good < samplesMin) return false;
    const scatter = minute.max - minute.min;
    const moved = Math.abs(minute.mean - (state[at + lastMean] as number));
    state[at + lastMean] = Math.fround(minute.mean);
    const n = state[at + seen] as number;
    const floor = Math.max(state[at + usual] as number, deadBandsMin * minute.limits.deadBand);
    if (n < warmUpMinutes) {
      state[at + seen] = n + 1;
      learn(state, at, scatter, 1 / (n + 1));
      return false;
    }
    const count = state[at + run] as number;
    if (count < 0) return stepOpen(state, at, minute, scatter > closeTimes * floor, out);
    if (floor === 0 || scatter <= openTimes * floor || moved > meanShare * scatter) {
      state[at + run] = 0;
      // What is half-way is learned by no more than a bounded bit.
      learn(state, at, Math.min(scatter, 3 * floor), 1 / warmUpMinutes);
      return false;
    }
    if (count === 0) state[at + startMs] = minute.startMs;
    state[at + run] = count + 1;
    if (count + 1 < openMinutes) return false;
    state[at + run] = -1;
    return fill(state, at, minute, null, out);
  },
};

/** Whether a finding is open: the sensor says nothing of its well then. */
export function isErratic(state: Float64Array, at: number): boolean {
  return (state[at + run] as number) < 0;
}

function stepOpen(
  state: Float64Array,
  at: number,
  minute: SensorMinute,
  wild: boolean,
  out: Finding,
): boolean {
  state[at + run] = wild ? -1 : (state[at + run] as number) - 1;
  if ((state[at + run] as number) >= -closeMinutes) return false;
  state[at + run] = 0;
  return fill(state, at, minute, minute.startMs - (closeMinutes - 1) * 60_000, out);
}

function learn(state: Float64Array, at: number, scatter: number, weight: number): void {
  const was = state[at + usual] as number;
  state[at + usual] = Math.fround(was + weight * (scatter - was));
}

function fill(
  state: Float64Array,
  at: number,
  minute: SensorMinute,
  endMs: number | null,
  out: Finding,
): boolean {
  const scatter = minute.max - minute.min;
  out.startMs = state[at + startMs] as number;
  out.endMs = endMs;
  out.severity = 'info';
  out.score = scatter / Math.max(state[at + usual] as number, 1e-9);
  out.expected = state[at + usual] as number;
  out.actual = scatter;
  out.textKey = 'erratic';
  return true;
}
