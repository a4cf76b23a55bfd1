/** A signal away from its own recent level: robust running level and spread of minute means, with delay and hysteresis. */
import { type Detector, type Finding, forgetMs, type SensorMinute } from './detector.js';

/**
 * Level and spread are clipped exponential means (Huber's weights) with this time constant: a step of the signal moves them
 * by no more than a bounded bit a minute. While a finding is open they stand still, so that a fault is never learned; after
 * 24 h it is closed as a new normal for a person to judge, and the level is learned anew.
 */
const timeConstantMinutes = 120;
/** Usable minutes before anything is said: half an hour shows most of a well's usual swing. */
const warmUpMinutes = 30;
/**
 * In spreads (1.25 × mean absolute deviation: the standard deviation of a normal signal). Three is the usual chart limit and
 * ends a finding. What opens one was chosen on normal operation of 3W wells 3, 6 and 8 alone: 6 and 8 open the same ten
 * findings in 7.4 well-days, eight of them where well 6's choke was moved.
 */
const openAt = 6;
const closeAt = 3;
const openMinutes = 5;
const closeMinutes = 10;
const openMsMax = 24 * 3_600_000;
/**
 * A finding is a warning, which may open an alert by itself, from so many spreads on and where it is a relevant share of the
 * level; else it is noted, and joins what others open. A steady well moves by 6 spreads every few days and means nothing by it.
 */
const warnAt = 12;
const warnShareMin = 0.05;
/** Moves of fewer dead bands than this are no finding, however steady the signal was. */
const deadBandsMin = 5;

// State of a sensor, by position.
const level = 0;
const deviation = 1;
const seen = 2;
const outsideRun = 3;
const outsideStartMs = 4;
const insideRun = 5;
const insideStartMs = 6;
const isOpen = 7;
const worstScore = 8;
const worstActual = 9;
const side = 10;

export const robustLevel: Detector = {
  name: 'robust-level',
  fields: 11,
  step(state, at, minute, out) {
    if (minute.gapMs >= forgetMs && (state[at + seen] as number) > 0) {
      const wasOpen = state[at + isOpen] === 1;
      if (wasOpen) fill(state, at, minute.startMs, sideKey(state, at), out);
      state.fill(0, at, at + robustLevel.fields);
      return wasOpen;
    }
    const n = state[at + seen] as number;
    if (n < warmUpMinutes) {
      learn(state, at, minute, 1 / (n + 1));
      return false;
    }
    const away = minute.mean - (state[at + level] as number);
    const z = (minute.sensitivity * Math.abs(away)) / spreadOf(state, at, minute);
    if (state[at + isOpen] === 1) return stepOpen(state, at, minute, z, out);
    if (z <= openAt || Math.abs(away) <= deadBandsMin * minute.limits.deadBand) {
      state[at + outsideRun] = 0;
      learn(state, at, minute, 1 / timeConstantMinutes);
      return false;
    }
    if (state[at + outsideRun] === 0 || Math.sign(away) !== state[at + side]) {
      state[at + outsideRun] = 0;
      state[at + outsideStartMs] = minute.startMs;
      state[at + worstScore] = 0;
      state[at + side] = Math.sign(away);
    }
    state[at + outsideRun] = (state[at + outsideRun] as number) + 1;
    keepWorst(state, at, minute, z);
    if ((state[at + outsideRun] as number) < openMinutes) return false;
    state[at + isOpen] = 1;
    state[at + insideRun] = 0;
    return fill(state, at, null, sideKey(state, at), out);
  },
};

/** Forgets the level, unless a finding is open: for minutes just after a change that somebody made. */
export function relearnLevel(state: Float64Array, at: number): void {
  if (state[at + isOpen] === 0) state.fill(0, at, at + robustLevel.fields);
}

function stepOpen(state: Float64Array, at: number, minute: SensorMinute, z: number, out: Finding): boolean {
  const wasRelevant = isRelevant(state, at);
  keepWorst(state, at, minute, z);
  if (minute.startMs - (state[at + outsideStartMs] as number) >= openMsMax) {
    fill(state, at, minute.startMs, 'newNormal', out);
    state.fill(0, at, at + robustLevel.fields);
    return true;
  }
  if (z >= closeAt) {
    state[at + insideRun] = 0;
    // What was only noted has grown: said again.
    return !wasRelevant && isRelevant(state, at) && fill(state, at, null, sideKey(state, at), out);
  }
  if (state[at + insideRun] === 0) state[at + insideStartMs] = minute.startMs;
  state[at + insideRun] = (state[at + insideRun] as number) + 1;
  if ((state[at + insideRun] as number) < closeMinutes) return false;
  state[at + isOpen] = 0;
  state[at + outsideRun] = 0;
  return fill(state, at, state[at + insideStartMs] as number, sideKey(state, at), out);
}

/** What a minute may teach is clipped at three spreads, once there is a spread to speak of. */
function learn(state: Float64Array, at: number, minute: SensorMinute, weight: number): void {
  const n = state[at + seen] as number;
  if (n < warmUpMinutes) state[at + seen] = n + 1;
  if (n === 0) {
    state[at + level] = Math.fround(minute.mean);
    return;
  }
  const away = minute.mean - (state[at + level] as number);
  const reach = n < 5 ? Number.POSITIVE_INFINITY : 3 * spreadOf(state, at, minute);
  const clipped = Math.max(-reach, Math.min(reach, away));
  const about = state[at + deviation] as number;
  // Rounded to what the state keeps in four bytes: sensors carry less.
  state[at + level] = Math.fround((state[at + level] as number) + weight * clipped);
  state[at + deviation] = Math.fround(about + weight * (Math.abs(clipped) - about));
}

function spreadOf(state: Float64Array, at: number, { limits }: SensorMinute): number {
  return Math.max(limits.deadBand, 1.25 * (state[at + deviation] as number), 1e-9);
}

function keepWorst(state: Float64Array, at: number, minute: SensorMinute, z: number): void {
  if (z <= (state[at + worstScore] as number)) return;
  state[at + worstScore] = z;
  state[at + worstActual] = minute.mean;
}

function sideKey(state: Float64Array, at: number): 'high' | 'low' {
  return (state[at + side] as number) < 0 ? 'low' : 'high';
}

function fill(state: Float64Array, at: number, endMs: number | null, textKey: string, out: Finding): boolean {
  out.startMs = state[at + outsideStartMs] as number;
  out.endMs = endMs;
  out.severity = isRelevant(state, at) ? 'warning' : 'info';
  out.score = state[at + worstScore] as number;
  out.expected = state[at + level] as number;
  out.actual = state[at + worstActual] as number;
  out.textKey = textKey;
  return true;
}

function isRelevant(state: Float64Array, at: number): boolean {
  const away = Math.abs((state[at + worstActual] as number) - (state[at + level] as number));
  return (
    (state[at + worstScore] as number) >= warnAt &&
    away >= warnShareMin * Math.abs(state[at + level] as number)
  );
}
