/** A gauge that creeps: its day means go one way day after day while the well's other gauges of its kind do not. */
import type { Detector, Finding, SensorMinute } from './detector.js';

/** A reservoir that declines takes the other pressures along; ten days of one gauge alone are no weather either. */
const driftDays = 10;
/** A gauge beside it with so few days in a row one way stands as a witness. */
const witnessDays = 3;
/** A day counts where it moved by so many dead bands, and all of them together must be worth a visit. */
const dayDeadBands = 0.5;
const totalDeadBands = 10;
const minutesMin = 60;
const dayMs = 86_400_000;

// State of a sensor, by position.
const day = 0;
const sum = 1;
const count = 2;
const lastMean = 3;
/** Days in a row one way: above 0 up, below 0 down. */
const run = 4;
const fromMean = 5;
const startMs = 6;
const isOpen = 7;

export const gaugeDrift: Detector = {
  name: 'gauge-drift',
  fields: 8,
  step(state, at, minute, out) {
    if (minute.good === 0) return false;
    const today = Math.floor(minute.startMs / dayMs);
    let said = false;
    if (today !== state[at + day]) {
      if ((state[at + count] as number) >= minutesMin) said = endDay(state, at, minute, out);
      state[at + day] = today;
      state[at + sum] = 0;
      state[at + count] = 0;
    }
    state[at + sum] = (state[at + sum] as number) + minute.mean;
    state[at + count] = (state[at + count] as number) + 1;
    return said;
  },
};

/** Whether the sensor stands as a witness that its well does not creep. */
export function isSteady(state: Float64Array, at: number): boolean {
  return (state[at + lastMean] as number) !== 0 && Math.abs(state[at + run] as number) < witnessDays;
}

function endDay(state: Float64Array, at: number, minute: SensorMinute, out: Finding): boolean {
  const mean = Math.fround((state[at + sum] as number) / (state[at + count] as number));
  const before = state[at + lastMean] as number;
  const days = state[at + run] as number;
  state[at + lastMean] = mean;
  if (before === 0) return false;
  const moved = mean - before;
  const way = Math.abs(moved) >= dayDeadBands * minute.limits.deadBand ? Math.sign(moved) : 0;
  if (way !== 0 && Math.sign(days) === way) {
    state[at + run] = days + way;
  } else {
    state[at + run] = way;
    const was = state[at + isOpen] === 1;
    state[at + isOpen] = 0;
    const ended = was && fill(state, at, minute, (state[at + day] as number) * dayMs, out);
    state[at + fromMean] = before;
    state[at + startMs] = (state[at + day] as number) * dayMs;
    return ended;
  }
  const total = Math.abs(mean - (state[at + fromMean] as number));
  if (state[at + isOpen] === 1 || Math.abs(days + way) < driftDays) return false;
  if (total < totalDeadBands * minute.limits.deadBand || !minute.hasWitness()) return false;
  state[at + isOpen] = 1;
  return fill(state, at, minute, null, out);
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
  out.expected = state[at + fromMean] as number;
  out.actual = state[at + lastMean] as number;
  out.score = Math.abs(out.actual - out.expected) / Math.max(minute.limits.deadBand, 1e-9);
  out.textKey = 'drift';
  return true;
}
