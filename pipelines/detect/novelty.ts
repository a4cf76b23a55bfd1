/** How new a value is for its signal: each view of it measured against the view's own record, joined to one score. */
import { noveltyConfig, type NoveltyConfig } from './noveltyConfig.js';

/**
 * Six views of a value: how far it is from the usual of this hour of the week, how much livelier the signal is than usual, and
 * how far it is above or below a fast and a slow level. A view says how many times its own record it is, and records fade
 * over weeks. So every signal sets its own scale, heavy tails and all, and a record silences what merely repeats it.
 */
const noveltyViews = ['season', 'spread', 'upFast', 'downFast', 'upSlow', 'downSlow'] as const;

const hourMs = 3_600_000;
/** UTC; which day a week begins with does not matter. */
const dayHours = 24;
const weekHours = 168;

// State of a signal, by position; 0 where nothing was seen.
const count = 0;
const firstMs = 1;
const lastMs = 2;
const fast = 3;
const slow = 4;
const centre = 5;
const recentSquare = 6;
const usualSquare = 7;
const saidMs = 8;
const saidRatio = 9;
/** Bit h % 48 of number h / 48 is set where hour h, of the day or 24 on of the week, has a level. */
const hoursSeen = 10;
const seenBits = 48;
const records = hoursSeen + (dayHours + weekHours) / seenBits;
const hours = records + noveltyViews.length;

/** Numbers of state a signal. */
export const noveltyFields = hours + dayHours + weekHours;

/**
 * Score in [0, 1): r/(1+r), where r is how many times the most unusual of the remembered past this is: 0.5 is a record
 * equalled. 0 for a value that is missing, older than the last one, or says no more than what was said already. The state
 * lies at `state[at … at + noveltyFields)`; nothing is allocated and nothing later than `timeMs` is known.
 */
export function stepNovelty(
  state: Float64Array,
  at: number,
  timeMs: number,
  value: number,
  config: NoveltyConfig = noveltyConfig,
): number {
  const n = state[at + count] as number;
  if (!Number.isFinite(value) || (n > 0 && timeMs < (state[at + lastMs] as number))) return 0;
  if (n === 0) {
    begin(state, at, timeMs, value);
    return 0;
  }
  const sinceMs = timeMs - (state[at + lastMs] as number);
  const fading = Math.exp(-Math.min(sinceMs, config.gapMsMax) / config.memoryMs);
  const fromFast = value - (state[at + fast] as number);
  const fromSlow = value - (state[at + slow] as number);
  let ratio = record(state, at + records, fading, stepSeason(state, at, timeMs, value, config));
  ratio = Math.max(
    ratio,
    record(state, at + records + 1, fading, stepSpread(state, at, sinceMs, value, config)),
  );
  ratio = Math.max(ratio, record(state, at + records + 2, fading, Math.max(0, fromFast)));
  ratio = Math.max(ratio, record(state, at + records + 3, fading, Math.max(0, -fromFast)));
  ratio = Math.max(ratio, record(state, at + records + 4, fading, Math.max(0, fromSlow)));
  ratio = Math.max(ratio, record(state, at + records + 5, fading, Math.max(0, -fromSlow)));
  add(state, at + fast, weightOf(sinceMs, config.fastMs, 8) * fromFast);
  add(state, at + slow, weightOf(sinceMs, config.slowMs, 8) * fromSlow);
  state[at + lastMs] = timeMs;
  state[at + count] = n + 1;
  return said(state, at, timeMs, ratio, config);
}

function begin(state: Float64Array, at: number, timeMs: number, value: number): void {
  state[at + count] = 1;
  state[at + firstMs] = timeMs;
  state[at + lastMs] = timeMs;
  state[at + fast] = Math.fround(value);
  state[at + slow] = Math.fround(value);
  state[at + centre] = Math.fround(value);
}

/** Distance from the level of this hour of the week, or of the day in a first week; both learn. */
function stepSeason(
  state: Float64Array,
  at: number,
  timeMs: number,
  value: number,
  { dayWeight, weekWeight }: NoveltyConfig,
): number {
  const hour = Math.floor(timeMs / hourMs);
  const inDay = ((hour % dayHours) + dayHours) % dayHours;
  const inWeek = dayHours + (((hour % weekHours) + weekHours) % weekHours);
  if (firstSeen(state, at, inDay)) state[at + hours + inDay] = Math.fround(value);
  const ofDay = state[at + hours + inDay] as number;
  if (firstSeen(state, at, inWeek)) state[at + hours + inWeek] = ofDay;
  const away = value - (state[at + hours + inWeek] as number);
  add(state, at + hours + inDay, dayWeight * (value - ofDay));
  add(state, at + hours + inWeek, weekWeight * away);
  return Math.abs(away);
}

/** Whether an hour has no level yet; it is marked as having one. */
function firstSeen(state: Float64Array, at: number, hour: number): boolean {
  const word = at + hoursSeen + Math.floor(hour / seenBits);
  const bit = 2 ** (hour % seenBits);
  if (Math.floor((state[word] as number) / bit) % 2 === 1) return false;
  state[word] = (state[word] as number) + bit;
  return true;
}

/** Logarithm of recent over usual mean square, where it is more; a signal that stands still has a floor of 0.1 % of its level. */
function stepSpread(
  state: Float64Array,
  at: number,
  sinceMs: number,
  value: number,
  config: NoveltyConfig,
): number {
  const n = state[at + count] as number;
  const away = value - (state[at + centre] as number);
  const weight = weightOf(sinceMs, config.spreadMs, 4);
  add(state, at + centre, weight * away);
  const square = away * away;
  add(state, at + recentSquare, weight * (square - (state[at + recentSquare] as number)));
  const usualWeight = Math.max(1 / (n + 1), weightOf(sinceMs, config.usualSpreadMs, 8));
  add(state, at + usualSquare, usualWeight * (square - (state[at + usualSquare] as number)));
  if (n < config.warmUpSamples) return 0;
  const floor = 1e-9 + 1e-6 * (state[at + centre] as number) ** 2;
  const ratio =
    ((state[at + recentSquare] as number) + floor) / ((state[at + usualSquare] as number) + floor);
  return Math.max(0, Math.log(ratio));
}

/** How many times its faded record a view is; 0 before there is a record. */
function record(state: Float64Array, at: number, fading: number, view: number): number {
  const before = (state[at] as number) * fading;
  state[at] = Math.fround(Math.max(before, view));
  return before > 0 ? view / before : 0;
}

/** What goes beyond what was said lately. */
function said(state: Float64Array, at: number, timeMs: number, ratio: number, config: NoveltyConfig): number {
  if ((state[at + count] as number) <= config.warmUpSamples) return 0;
  if (timeMs - (state[at + firstMs] as number) < config.warmUpMs) return 0;
  const passedMs = timeMs - (state[at + saidMs] as number);
  if (ratio <= (state[at + saidRatio] as number) * Math.exp(-passedMs / config.refractoryMs)) return 0;
  if (ratio >= 1) {
    state[at + saidMs] = timeMs;
    state[at + saidRatio] = Math.fround(ratio);
  }
  return ratio === Number.POSITIVE_INFINITY ? 1 : ratio / (1 + ratio);
}

/** Weight of a sample in an exponential mean: by time, but never so much that fewer than `samples` make the mean. */
function weightOf(sinceMs: number, constantMs: number, samples: number): number {
  return 1 - Math.exp(-Math.min(sinceMs, constantMs / samples) / constantMs);
}

/** Rounded to what a stored state keeps in four bytes. */
function add(state: Float64Array, at: number, change: number): void {
  state[at] = Math.fround((state[at] as number) + change);
}
