/** A signal that goes on in another unit: from one minute to the next it is its old level by a known factor. */
import type { Detector, Finding, SensorMinute } from './detector.js';

/** What one unit is of the other; both ways. */
const pressureFactors = [6.894757, 14.503774, 98.0665, 100, 1000];
/** A well rarely falls by just such a factor, and then not within this share of it. */
const tolerance = 0.03;
const levelMinutes = 10;
/** Below this many dead bands a ratio says nothing. */
const deadBandsMin = 20;
/** The old level is where it was until the very minute before. */
const steady = 0.25;
const openMinutes = 3;
const closeMinutes = 15;
/** Left so for a day it is what the signal is now: a person has been told. */
const openMsMax = 24 * 3_600_000;

// State of a sensor, by position.
const level = 0;
const seen = 1;
/** Minutes in a row in the other unit; below 0 where a finding is open: -1 less the minutes back in a row. */
const run = 2;
const startMs = 3;

export const unitChange: Detector = {
  name: 'unit-change',
  fields: 4,
  step(state, at, minute, out) {
    if (minute.good === 0 || (minute.unit !== 'kPa' && minute.unit !== '°C')) return false;
    const n = state[at + seen] as number;
    const before = state[at + level] as number;
    if (n === 0) {
      state[at + level] = minute.mean;
      state[at + seen] = 1;
      return false;
    }
    const count = state[at + run] as number;
    if (count < 0) return stepOpen(state, at, minute, out);
    if (n >= levelMinutes && isConverted(before, minute)) {
      if (count === 0) state[at + startMs] = minute.startMs;
      state[at + run] = count + 1;
      if (count + 1 < openMinutes) return false;
      state[at + run] = -1;
      return fill(state, at, minute, null, out);
    }
    state[at + run] = 0;
    // A step to elsewhere, however it came about, makes a new level to compare with.
    const near = Math.abs(minute.mean - before) <= steady * Math.abs(before);
    state[at + seen] = near ? Math.min(levelMinutes, n + 1) : 1;
    state[at + level] = near ? before + (minute.mean - before) / Math.min(levelMinutes, n + 1) : minute.mean;
    return false;
  },
};

/** Whether the first minutes in another unit have been seen, so that nobody takes them for the process. */
export function mayBeInOtherUnit(state: Float64Array, at: number): boolean {
  return (state[at + run] as number) !== 0;
}

function isConverted(from: number, { mean, limits, unit }: SensorMinute): boolean {
  // No conversion leaves a value near where it was, as nearly all minutes do.
  if (Math.abs(mean - from) <= steady * Math.abs(from)) return false;
  const least = deadBandsMin * limits.deadBand;
  if (unit === '°C')
    return (
      Math.abs(from) > least &&
      (isClose(mean, from * 1.8 + 32) ||
        isClose(mean, (from - 32) / 1.8) ||
        isClose(mean, from + 273.15) ||
        isClose(mean, from - 273.15))
    );
  if (Math.min(Math.abs(from), Math.abs(mean)) <= least) return false;
  return pressureFactors.some((factor) => isClose(mean, from * factor) || isClose(mean, from / factor));
}

function isClose(value: number, expected: number): boolean {
  return Math.abs(value - expected) <= tolerance * Math.abs(expected);
}

function stepOpen(state: Float64Array, at: number, minute: SensorMinute, out: Finding): boolean {
  const before = state[at + level] as number;
  const back = Math.abs(minute.mean - before) <= steady * Math.abs(before);
  state[at + run] = back ? (state[at + run] as number) - 1 : -1;
  const over = minute.startMs - (state[at + startMs] as number) >= openMsMax;
  if ((state[at + run] as number) >= -closeMinutes && !over) return false;
  const endMs = over ? minute.startMs : minute.startMs - (closeMinutes - 1) * 60_000;
  fill(state, at, minute, endMs, out);
  state[at + run] = 0;
  if (over) {
    state[at + level] = minute.mean;
    state[at + seen] = 1;
  }
  return true;
}

function fill(
  state: Float64Array,
  at: number,
  minute: SensorMinute,
  endMs: number | null,
  out: Finding,
): boolean {
  out.startMs = state[at + startMs] as number;
  out.endMs = endMs;
  out.severity = 'info';
  out.score = 1;
  out.expected = state[at + level] as number;
  out.actual = minute.mean;
  out.textKey = 'unitChanged';
  return true;
}
