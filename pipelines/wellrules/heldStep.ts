/** A signal that stepped away and is watched until it comes back: the state that rules of sudden change share. */
import type { WellFinding } from './wellRule.js';

/** Numbers of state. */
export const heldStepFields = 5;

const isOpen = 0;
const startMs = 1;
const before = 2;
const worst = 3;
const backRun = 4;

/** Back within half the step for so long ends it: what is left is drift, or a new operating point. */
const backMinutes = 5;
/** Longer than this it is how the well runs now, for a person to judge. */
const openMsMax = 24 * 3_600_000;

export function isHeld(state: Float64Array, at: number): boolean {
  return state[at + isOpen] === 1;
}

export function openStep(
  state: Float64Array,
  at: number,
  step: { readonly startMs: number; readonly before: number; readonly now: number },
): void {
  state[at + isOpen] = 1;
  state[at + startMs] = step.startMs;
  state[at + before] = step.before;
  state[at + worst] = step.now;
  state[at + backRun] = 0;
}

/** Follows an open step by one minute's mean (NaN: nothing is known); true where it ended, at `endMs`. */
export function followStep(state: Float64Array, at: number, value: number, endMs: number): boolean {
  if (endMs - (state[at + startMs] as number) >= openMsMax) return true;
  if (Number.isNaN(value)) return false;
  const level = state[at + before] as number;
  const reach = (state[at + worst] as number) - level;
  if (Math.sign(reach) * (value - level) > Math.abs(reach)) state[at + worst] = value;
  const back = Math.sign(reach) * (value - level) < Math.abs(reach) / 2;
  state[at + backRun] = back ? (state[at + backRun] as number) + 1 : 0;
  return (state[at + backRun] as number) >= backMinutes;
}

/** `spread` is the usual movement of the signal, for the score. */
export function sayStep(
  state: Float64Array,
  at: number,
  { endMs, spread }: { readonly endMs: number | null; readonly spread: number },
  out: WellFinding,
): true {
  out.startMs = state[at + startMs] as number;
  out.endMs = endMs;
  out.expected = state[at + before] as number;
  out.actual = state[at + worst] as number;
  out.score = Math.abs(out.actual - out.expected) / spread;
  return true;
}
