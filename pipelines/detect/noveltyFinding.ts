/** From scores of novelty to one finding at a time: far beyond the record, for minutes, not just after a change somebody made. */
import type { Finding, SensorMinute } from './detector.js';
import { noveltyFields, rebaseNovelty, slowNoveltyLevel, stepNovelty, stepNoveltyFrozen } from './novelty.js';

/**
 * NAB's best threshold is a record beaten by a seventh; a well with twenty sensors would be called for once a day. So: twice
 * the record, after a week of history, held for five minutes at half of that move or more, and of at least as many dead bands as the robust level asks.
 */
const openRatio = 2;
/** On normal operation of 3W (10.9 well-days) a day's history opened eight findings: weeks of records need a week to begin with. */
const knownMsMin = 7 * 24 * 3_600_000;
const openMinutes = 5;
const deadBandsMin = 5;
/** As long without a new record, and back within half of the move, it is over. */
const quietMs = 3_600_000;
const openMsMax = 24 * 3_600_000;
/** A longer gap is no more history than this. */
const gapMsMax = 3_600_000;

// State, behind that of the score.
const isOpen = noveltyFields;
const startMs = noveltyFields + 1;
const worst = noveltyFields + 2;
const expected = noveltyFields + 3;
const actual = noveltyFields + 4;
const loudMs = noveltyFields + 5;
const heldMinutes = noveltyFields + 6;
const isMuted = noveltyFields + 7;
const mutedFrom = noveltyFields + 8;
const knownMs = noveltyFields + 9;
const lastMs = noveltyFields + 10;

/** Numbers of state a sensor, beside its levels by hour. */
export const noveltyFindingFields = noveltyFields + 11;

export const novelty = { name: 'novelty' } as const;

/**
 * True where it opened or closed a finding, which is then in `out`. While it is open what is usual stays as it was, a day at
 * most: then it is a new normal for a person to judge, and the levels move there. While `muted` (a choke, a frequency or a speed was
 * changed) nothing opens; afterwards the levels are those that were found, and the week's hours are moved by as much.
 */
export function stepNoveltyFinding(
  state: Float64Array,
  at: number,
  hours: Float32Array,
  hoursAt: number,
  minute: SensorMinute,
  muted: boolean,
  out: Finding,
): boolean {
  const before = slowNoveltyLevel(state, at);
  const step = state[at + isOpen] === 1 ? stepNoveltyFrozen : stepNovelty;
  const score = step(state, at, hours, hoursAt, minute.startMs, minute.mean);
  const ratio = score / (1 - score);
  if (state[at + isOpen] === 1) {
    if (!muted && !stepOpen(state, at, minute, ratio, out)) return false;
    if (muted) {
      // Somebody changed how the well runs: what was unusual before is over.
      state[at + isMuted] = 1;
      state[at + mutedFrom] = before;
      fill(state, at, minute.startMs, out);
    } else if (out.textKey === 'newNormal') rebaseNovelty(state, at, hours, hoursAt, before);
    state[at + isOpen] = 0;
    return true;
  }
  const passedMs = Math.min(minute.startMs - (state[at + lastMs] as number), gapMsMax);
  state[at + lastMs] = minute.startMs;
  state[at + knownMs] = Math.min(knownMsMin, (state[at + knownMs] as number) + passedMs);
  if (muted) {
    if (state[at + isMuted] === 0) state[at + mutedFrom] = before;
    state[at + isMuted] = 1;
    state[at + heldMinutes] = 0;
    return false;
  }
  if (state[at + isMuted] === 1) {
    state[at + isMuted] = 0;
    rebaseNovelty(state, at, hours, hoursAt, state[at + mutedFrom] as number);
    return false;
  }
  if ((state[at + knownMs] as number) < knownMsMin) return false;
  const held = state[at + heldMinutes] as number;
  if (held === 0) {
    const away = Math.abs(minute.mean - before);
    if (!(ratio * minute.sensitivity >= openRatio) || away <= deadBandsMin * minute.limits.deadBand)
      return false;
    state[at + startMs] = minute.startMs;
    state[at + expected] = before;
    state[at + actual] = Math.fround(minute.mean);
    state[at + worst] = Math.fround(ratio);
    state[at + heldMinutes] = 1;
    return false;
  }
  if (!isStillAway(state, at, minute.mean)) {
    state[at + heldMinutes] = 0;
    return false;
  }
  keepWorst(state, at, minute, ratio);
  state[at + heldMinutes] = held + 1;
  if (held + 1 < openMinutes) return false;
  state[at + heldMinutes] = 0;
  state[at + isOpen] = 1;
  state[at + loudMs] = minute.startMs;
  return fill(state, at, null, out);
}

function stepOpen(
  state: Float64Array,
  at: number,
  minute: SensorMinute,
  ratio: number,
  out: Finding,
): boolean {
  if (ratio >= 1 || isStillAway(state, at, minute.mean)) {
    state[at + loudMs] = minute.startMs;
    keepWorst(state, at, minute, ratio);
  }
  const stands = minute.startMs - (state[at + startMs] as number) >= openMsMax;
  if (!stands && minute.startMs - (state[at + loudMs] as number) < quietMs) return false;
  fill(state, at, minute.startMs, out);
  if (stands) out.textKey = 'newNormal';
  return true;
}

/** Half of the move or more, on its side. */
function isStillAway(state: Float64Array, at: number, mean: number): boolean {
  const move = (state[at + actual] as number) - (state[at + expected] as number);
  return (mean - (state[at + expected] as number)) / move >= 0.5;
}

function keepWorst(state: Float64Array, at: number, minute: SensorMinute, ratio: number): void {
  if (ratio <= (state[at + worst] as number)) return;
  state[at + worst] = Math.fround(ratio);
  state[at + actual] = Math.fround(minute.mean);
}

function fill(state: Float64Array, at: number, endMs: number | null, out: Finding): boolean {
  out.startMs = state[at + startMs] as number;
  out.endMs = endMs;
  out.severity = 'warning';
  out.score = state[at + worst] as number;
  out.expected = state[at + expected] as number;
  out.actual = state[at + actual] as number;
  out.textKey = out.actual >= out.expected ? 'high' : 'low';
  return true;
}
