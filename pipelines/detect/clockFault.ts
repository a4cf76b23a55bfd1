/** The clock of a well's edge is wrong: minutes that only a wrong clock can have written keep coming. One finding a well. */
import type { Detector, Finding } from './detector.js';

/** One may be a record gone wrong. */
const openMinutes = 3;
/** Minutes of the well's own time without one before it ends. */
const closeTicks = 15;

// State of a well, by position; it lies where the state of a sensor with tag id 0 would.
const faults = 0;
const lastFaultMs = 1;
const startMs = 2;
const faultTick = 3;
const isOpen = 4;
const healthyMs = 5;

/** Only its name: it looks at minutes that no other detector may see. */
export const clockFault: Pick<Detector, 'name'> = { name: 'clock' };

/** Tag ids count up from 1. */
export const clockTagId = 0;

/** A minute of the wrong clock, all signals of which count once. `newestMs` and `tick` are of the well's right minutes. */
export function stepClockFault(
  state: Float64Array,
  at: number,
  fault: { readonly startMs: number; readonly newestMs: number; readonly tick: number },
  out: Finding,
): boolean {
  if (fault.startMs === state[at + lastFaultMs]) return false;
  // Where the well's time is not known yet nothing can be said of when.
  if (fault.newestMs === 0) return false;
  if (fault.tick - (state[at + faultTick] as number) >= closeTicks && state[at + isOpen] === 0)
    state[at + faults] = 0;
  if (state[at + faults] === 0) state[at + startMs] = fault.newestMs;
  state[at + lastFaultMs] = fault.startMs;
  state[at + faultTick] = fault.tick;
  state[at + healthyMs] = fault.newestMs + 60_000;
  state[at + faults] = Math.min(openMinutes, (state[at + faults] as number) + 1);
  if (state[at + isOpen] === 1 || (state[at + faults] as number) < openMinutes) return false;
  state[at + isOpen] = 1;
  return fill(state, at, null, out);
}

/** Ends the finding where the well went on long enough without a fault. */
export function stepClockHealthy(state: Float64Array, at: number, tick: number, out: Finding): boolean {
  if (state[at + isOpen] === 0 || tick - (state[at + faultTick] as number) < closeTicks) return false;
  state[at + isOpen] = 0;
  state[at + faults] = 0;
  return fill(state, at, state[at + healthyMs] as number, out);
}

function fill(state: Float64Array, at: number, endMs: number | null, out: Finding): boolean {
  out.startMs = state[at + startMs] as number;
  out.endMs = endMs;
  out.severity = 'info';
  out.score = 1;
  out.expected = null;
  out.actual = null;
  out.textKey = 'clockFault';
  return true;
}
