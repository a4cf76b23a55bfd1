/** Data quality of one sensor: dead, frozen, outside what is possible, sentinels, missing. One finding open at a time. */
import { quality as code } from '#schemas/signals/quality.js';
import { isSentinel } from '#schemas/signals/sentinels.js';
import type { Detector, Finding, SensorMinute } from './detector.js';

/** What is wrong, by its number in the state; each is a key of the texts. */
const causes = ['', 'sentinel', 'outOfRange', 'dead', 'frozen', 'missing', 'unusable'] as const;
const sentinel = 1;
const outOfRange = 2;
const dead = 3;
const frozen = 4;
const missing = 5;
const unusable = 6;

/** Minutes in a row with sentinels or impossible values before it is said: one may be a telegram gone wrong. */
const faultMinutes = 3;
/** Minutes in a row in order before the finding ends: a sensor that flickers is one finding, not a flood. */
const healthyMinutes = 15;
/** A sensor that comes back within a day only to go again has to be in order four times as long each time, up to 16 hours. */
const relapseMs = 24 * 3_600_000;
const relapsesMax = 3;

// State of a sensor, by position.
const runMin = 0;
const runMax = 1;
const runMinutes = 2;
const runStartMs = 3;
const faultRun = 4;
const faultStartMs = 5;
const healthyRun = 6;
const healthyStartMs = 7;
const cause = 8;
const openStartMs = 9;
const openValue = 10;
const usable = 11;
const lastStartMs = 12;
const lastTick = 13;
const relapses = 14;

export const quality: Detector = {
  name: 'quality',
  fields: 15,
  step(state, at, minute, out) {
    // Minutes in order before a gap are no sign that it is over.
    if (minute.startMs - (state[at + lastStartMs] as number) > minute.limits.missingMinutes * 60_000)
      state[at + healthyRun] = 0;
    state[at + lastStartMs] = minute.startMs;
    const fault = faultOf(minute);
    if (fault === 0) followRun(state, at, minute);
    const wrong = fault === 0 ? stillness(state, at, minute) : fault;
    if (fault === 0) state[at + faultRun] = 0;
    if (wrong === 0) return stepHealthy(state, at, minute, out);
    state[at + usable] = 0;
    state[at + healthyRun] = 0;
    let startMs = state[at + runStartMs] as number;
    if (fault !== 0) {
      if (state[at + faultRun] === 0) state[at + faultStartMs] = minute.startMs;
      state[at + faultRun] = (state[at + faultRun] as number) + 1;
      const needed = fault === unusable ? minute.limits.missingMinutes : faultMinutes;
      if ((state[at + faultRun] as number) < needed) return false;
      startMs = state[at + faultStartMs] as number;
    }
    if (state[at + cause] !== 0) return false;
    open(state, at, wrong, startMs, wrong === unusable ? Number.NaN : tellingValue(minute));
    return fill(state, at, wrong, minute, null, out);
  },
};

/** Whether other detectors may use the minute last stepped: no fault in it, and no finding open. */
export function isUsable(state: Float64Array, at: number): boolean {
  return state[at + usable] === 1;
}

/** Start of the last minute stepped, ms; 0 for a new sensor. */
export function lastMinuteMs(state: Float64Array, at: number): number {
  return state[at + lastStartMs] as number;
}

/** Notes that the sensor sent something in the well's minute number `tick` (counted from 1); true where it had not yet. */
export function noteSeen(state: Float64Array, at: number, tick: number): boolean {
  if (tick <= (state[at + lastTick] as number)) return false;
  state[at + lastTick] = tick;
  return true;
}

/** Opens `missing` where the well went on for `missingMinutes` of its own minutes without this sensor. */
export function stepMissing(
  state: Float64Array,
  at: number,
  tick: number,
  minute: SensorMinute,
  out: Finding,
): boolean {
  const last = state[at + lastTick] as number;
  if (state[at + cause] !== 0 || last === 0 || tick - last < minute.limits.missingMinutes) return false;
  open(state, at, missing, (state[at + lastStartMs] as number) + 60_000, Number.NaN);
  return fill(state, at, missing, minute, null, out);
}

function faultOf(minute: SensorMinute): number {
  if ((minute.flags & (1 << code.badSentinel)) !== 0) return sentinel;
  if (isSentinel(minute.min) || isSentinel(minute.max)) return sentinel;
  if ((minute.flags & (1 << code.badOutOfRange)) !== 0) return outOfRange;
  if (minute.min < minute.low || minute.max > minute.high) return outOfRange;
  return minute.good === 0 ? unusable : 0;
}

/** Follows the stretch up to now in which the signal stayed within its tolerance. */
function followRun(state: Float64Array, at: number, minute: SensorMinute): void {
  const low = Math.min(state[at + runMin] as number, minute.min);
  const high = Math.max(state[at + runMax] as number, minute.max);
  if (state[at + runMinutes] !== 0 && high - low <= minute.limits.frozenTolerance) {
    state[at + runMin] = low;
    state[at + runMax] = high;
    state[at + runMinutes] = (state[at + runMinutes] as number) + 1;
    return;
  }
  state[at + runMin] = minute.min;
  state[at + runMax] = minute.max;
  state[at + runStartMs] = minute.startMs;
  state[at + runMinutes] = minute.max - minute.min > minute.limits.frozenTolerance ? 0 : 1;
}

function stillness(state: Float64Array, at: number, { limits }: SensorMinute): number {
  const minutes = state[at + runMinutes] as number;
  const zero = state[at + runMin] === 0 && state[at + runMax] === 0;
  if (zero && limits.deadMinutes !== null && minutes >= limits.deadMinutes) return dead;
  return limits.frozenMinutes !== null && minutes >= limits.frozenMinutes ? frozen : 0;
}

/** A minute in order: usable at once where nothing is open, else only after enough of them. */
function stepHealthy(state: Float64Array, at: number, minute: SensorMinute, out: Finding): boolean {
  const was = state[at + cause] as number;
  if (was === 0) {
    // Zero where zero is no value: believed by nobody while it is too early to call the sensor dead.
    state[at + usable] = minute.limits.deadMinutes !== null && minute.min === 0 && minute.max === 0 ? 0 : 1;
    return false;
  }
  state[at + usable] = 0;
  // What was stuck has to move: one jump to another value it sticks at is no recovery.
  if ((was === dead || was === frozen) && (state[at + runMinutes] as number) > 1) return false;
  if (state[at + healthyRun] === 0) state[at + healthyStartMs] = minute.startMs;
  state[at + healthyRun] = (state[at + healthyRun] as number) + 1;
  if ((state[at + healthyRun] as number) < healthyMinutes * 4 ** (state[at + relapses] as number))
    return false;
  state[at + cause] = 0;
  state[at + usable] = 1;
  return fill(state, at, was, minute, state[at + healthyStartMs] as number, out);
}

function open(state: Float64Array, at: number, what: number, startMs: number, value: number): void {
  const again = startMs - (state[at + healthyStartMs] as number) < relapseMs;
  state[at + relapses] = again ? Math.min(relapsesMax, (state[at + relapses] as number) + 1) : 0;
  state[at + cause] = what;
  state[at + openStartMs] = startMs;
  state[at + openValue] = value;
  state[at + usable] = 0;
  state[at + healthyRun] = 0;
}

function fill(
  state: Float64Array,
  at: number,
  what: number,
  { low, high }: SensorMinute,
  endMs: number | null,
  out: Finding,
): boolean {
  const value = state[at + openValue] as number;
  out.startMs = state[at + openStartMs] as number;
  out.endMs = endMs;
  out.severity = 'info';
  out.score = 1;
  out.actual = Number.isNaN(value) ? null : value;
  out.expected = what !== outOfRange || Number.isNaN(value) ? null : value < low ? low : high;
  out.textKey = causes[what] as string;
  return true;
}

/** What gave it away: the impossible value, the sentinel, the value it is stuck at. */
function tellingValue({ min, max, high }: SensorMinute): number {
  return max > high || isSentinel(max) ? max : min;
}
