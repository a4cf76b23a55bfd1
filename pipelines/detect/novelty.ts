/** How new a value is for its signal: each view of it measured against the view's own record, joined to one score. */
import { noveltyConfig, noveltyViews, type NoveltyConfig } from './noveltyConfig.js';

/*
 * Views of a value: how far it is from the usual of this hour of the week, how much livelier the signal is than usual (over two
 * spans), how far it is above or below a fast and a slow level, and how far below the slow one in logarithms. A view says how
 * many times its own record it is, and records fade over weeks. So every signal sets its own scale, heavy tails and all, and a
 * record silences what merely repeats it.
 */
const viewCount = 8;

const hourMs = 3_600_000;
/** UTC; which day a week begins with does not matter. */
const dayHours = 24;

// State of a signal, by position; 0 where nothing was seen.
const count = 0;
const seenMs = 1;
const lastMs = 2;
const fast = 3;
const slow = 4;
const size = 5;
const logLevel = 6;
const saidMs = 7;
const saidRatio = 8;
/** Centre, recent and usual mean square. */
const quickSpread = 9;
const spread = 12;
const records = 15;
/** The hour of the week it is, counted from 1, with its level: among the hours it stands once the next one begins. */
const hourNow = records + viewCount;
const hourLevel = hourNow + 1;
/** Bit d is set where an hour of day d of the week was changed: for whoever keeps the hours, and clears it. */
const daysChanged = hourLevel + 1;

/** Numbers of state a signal, and levels by hour of the week beside them: they change once an hour. */
export const noveltyFields = daysChanged + 1;
export const noveltyHours = 168;
export const noveltyDays = noveltyHours / dayHours;

/**
 * Score in [0, 1): r/(1+r), where r is how many times the most unusual of the remembered past this is: 0.5 is a record
 * equalled. 0 for a value that is missing, older than the last one, or says no more than what was said already. The state
 * lies at `state[at … at + noveltyFields)` and `hours[hoursAt … hoursAt + noveltyHours)`; nothing is allocated and nothing
 * later than `timeMs` is known.
 */
export function stepNovelty(
  state: Float64Array,
  at: number,
  hours: Float32Array,
  hoursAt: number,
  timeMs: number,
  sample: number,
  config: NoveltyConfig = noveltyConfig,
): number {
  // As exact as what the state keeps: else what is left of the rounding would be a move.
  const value = Math.fround(sample);
  const n = state[at + count] as number;
  if (!Number.isFinite(value) || Math.abs(value) > sizeMax) return 0;
  if (n === 0) {
    begin(state, at, timeMs, value);
    hours.fill(Number.NaN, hoursAt, hoursAt + noveltyHours);
    return 0;
  }
  const sinceMs = timeMs - (state[at + lastMs] as number);
  if (sinceMs < 0) return 0;
  const seen = (state[at + seenMs] as number) + Math.min(sinceMs, config.seenGapMsMax);
  state[at + seenMs] = Math.min(seen, config.warmUpMs);
  const warm = (state[at + seenMs] as number) >= config.warmUpMs && n >= config.warmUpSamples;
  weigh(sinceMs, config);
  const fading = weights.fading;
  const growthMax = warm ? config.growthMax : Number.POSITIVE_INFINITY;
  const fromFast = value - (state[at + fast] as number);
  const fromSlow = value - (state[at + slow] as number);
  const { on } = weights;
  const quick = stepSpread(state, at + quickSpread, n, value, weights.quickSpread, config);
  const lively = stepSpread(state, at + spread, n, value, weights.spread, config);
  const fromHour = stepHour(state, at, hours, hoursAt, timeMs, value);
  const fromLog = stepLogLevel(state, at, n, value);
  const first = at + records;
  const livelier =
    record(state, first, fading, growthMax, quick) + record(state, first + 1, fading, growthMax, lively);
  const ratio = Math.max(
    (on[0] as number) * (livelier / 2),
    (on[1] as number) * record(state, first + 2, fading, growthMax, fromHour),
    (on[2] as number) * record(state, first + 3, fading, growthMax, Math.max(0, fromFast)),
    (on[3] as number) * record(state, first + 4, fading, growthMax, Math.max(0, -fromFast)),
    (on[4] as number) * record(state, first + 5, fading, growthMax, Math.max(0, fromSlow)),
    (on[5] as number) * record(state, first + 6, fading, growthMax, Math.max(0, -fromSlow)),
    (on[6] as number) * record(state, first + 7, fading, growthMax, Math.max(0, -fromLog)),
  );
  add(state, at + fast, weights.fast * fromFast);
  add(state, at + slow, weights.slow * fromSlow);
  state[at + lastMs] = timeMs;
  state[at + count] = n + 1;
  return warm ? said(state, at, timeMs, ratio, config) : 0;
}

/** Squares of it must be numbers that a stored state holds in four bytes. */
const sizeMax = 1e18;
/** Ratios beyond it say no more. */
const ratioMax = 50;

function begin(state: Float64Array, at: number, timeMs: number, value: number): void {
  state[at + count] = 1;
  state[at + lastMs] = timeMs;
  for (const level of [fast, slow, quickSpread, spread]) state[at + level] = Math.fround(value);
  state[at + size] = Math.fround(Math.abs(value));
  state[at + logLevel] = Math.fround(logOf(value, Math.abs(value)));
}

/** Distance from the level of this hour of the week, or of yesterday's while it has none; the level learns. */
function stepHour(
  state: Float64Array,
  at: number,
  hours: Float32Array,
  hoursAt: number,
  timeMs: number,
  value: number,
): number {
  const hour = hourOf(timeMs);
  if (state[at + hourNow] !== hour + 1) enterHour(state, at, hours, hoursAt, hour);
  let usual = state[at + hourLevel] as number;
  if (Number.isNaN(usual)) {
    usual = hours[hoursAt + (hour < dayHours ? hour + noveltyHours : hour) - dayHours] as number;
    if (Number.isNaN(usual)) usual = value;
  }
  const away = value - usual;
  state[at + hourLevel] = Math.fround(usual + weights.hour * away);
  return Math.abs(away);
}

/** The hour that is over takes its place among the hours. */
function enterHour(
  state: Float64Array,
  at: number,
  hours: Float32Array,
  hoursAt: number,
  hour: number,
): void {
  const over = (state[at + hourNow] as number) - 1;
  if (over >= 0) {
    hours[hoursAt + over] = state[at + hourLevel] as number;
    state[at + daysChanged] = (state[at + daysChanged] as number) | (1 << (over / dayHours));
  }
  state[at + hourNow] = hour + 1;
  state[at + hourLevel] = hours[hoursAt + hour] as number;
}

function hourOf(timeMs: number): number {
  const hour = Math.floor(timeMs / hourMs) % noveltyHours;
  return hour < 0 ? hour + noveltyHours : hour;
}

/** The days of which hours were changed since they were last asked for, as bits. */
export function takeDaysChanged(state: Float64Array, at: number): number {
  const days = state[at + daysChanged] as number;
  state[at + daysChanged] = 0;
  return days;
}

/** Logarithm of recent over usual mean square, where it is more; a signal that stands still has a floor of 0.1 % of its level. */
function stepSpread(
  state: Float64Array,
  from: number,
  n: number,
  value: number,
  weight: number,
  config: NoveltyConfig,
): number {
  const away = value - (state[from] as number);
  add(state, from, weight * away);
  const square = away * away;
  add(state, from + 1, weight * (square - (state[from + 1] as number)));
  const usualWeight = Math.max(1 / (n + 1), weights.usualSpread);
  add(state, from + 2, usualWeight * (square - (state[from + 2] as number)));
  if (n < config.warmUpSamples) return 0;
  const floor = 1e-9 + 1e-6 * (state[from] as number) ** 2;
  const ratio = ((state[from + 1] as number) + floor) / ((state[from + 2] as number) + floor);
  return ratio <= 1 ? 0 : Math.log(ratio);
}

/** Distance from the slow level in logarithms, in which a fall to near zero is as far as a rise by as many times. */
function stepLogLevel(state: Float64Array, at: number, n: number, value: number): number {
  const weight = Math.max(1 / (n + 1), weights.size);
  add(state, at + size, weight * (Math.abs(value) - (state[at + size] as number)));
  const away = logOf(value, state[at + size] as number) - (state[at + logLevel] as number);
  add(state, at + logLevel, weights.slow * away);
  return away;
}

/** Signed, near to linear below a tenth of the usual size. */
function logOf(value: number, usualSize: number): number {
  return Math.fround(Math.sign(value) * Math.log1p(Math.abs(value) / (0.1 * usualSize + 1e-12)));
}

/** How many times its faded record a view is; 0 before there is a record. */
function record(state: Float64Array, place: number, fading: number, growthMax: number, view: number): number {
  const before = (state[place] as number) * fading;
  if (before <= 0) {
    state[place] = Math.fround(view);
    return 0;
  }
  state[place] = Math.fround(Math.max(before, Math.min(view, before * growthMax)));
  return Math.min(ratioMax, view / before);
}

/** What goes beyond what was said lately. */
function said(state: Float64Array, at: number, timeMs: number, ratio: number, config: NoveltyConfig): number {
  const last = state[at + saidRatio] as number;
  const passedMs = timeMs - (state[at + saidMs] as number);
  if (last > 0 && ratio <= last * Math.exp(-passedMs / config.refractoryMs)) return 0;
  if (ratio >= 1) {
    state[at + saidMs] = timeMs;
    state[at + saidRatio] = Math.fround(Math.min(ratio, config.saidMax));
  }
  return ratio / (1 + ratio);
}

/** Of a sample after so long. Most samples come as long after the last as the one before: kept until that changes. */
const weights = {
  sinceMs: -1,
  config: noveltyConfig,
  /** By view: 1, or 0 where it is left out. */
  on: Float64Array.from(noveltyViews, () => 1),
  fading: 1,
  fast: 0,
  slow: 0,
  quickSpread: 0,
  spread: 0,
  usualSpread: 0,
  size: 0,
  hour: 0,
};

function weigh(sinceMs: number, config: NoveltyConfig): void {
  if (sinceMs === weights.sinceMs && config === weights.config) return;
  weights.sinceMs = sinceMs;
  weights.config = config;
  for (let v = 0; v < noveltyViews.length; v++) weights.on[v] = noveltyViews[v] === config.without ? 0 : 1;
  weights.fading = Math.exp(-Math.min(sinceMs, config.gapMsMax) / config.memoryMs);
  weights.fast = weightOf(sinceMs, config.fastMs, 8);
  weights.slow = weightOf(sinceMs, config.slowMs, 8);
  weights.quickSpread = weightOf(sinceMs, config.quickSpreadMs, 4);
  weights.spread = weightOf(sinceMs, config.spreadMs, 4);
  weights.usualSpread = weightOf(sinceMs, config.usualSpreadMs, 8);
  weights.size = weightOf(sinceMs, config.sizeMs, 8);
  weights.hour = weightOf(sinceMs, config.hourMs, config.hourSamplesMin);
}

/** Weight of a sample in an exponential mean: by time, but never so much that fewer than `samples` make the mean. */
function weightOf(sinceMs: number, constantMs: number, samples: number): number {
  return 1 - Math.exp(-Math.min(sinceMs, constantMs / samples) / constantMs);
}

/** Rounded to what a stored state keeps in four bytes. */
function add(state: Float64Array, at: number, change: number): void {
  state[at] = Math.fround((state[at] as number) + change);
}

/** The level of which expectations speak. */
export function slowNoveltyLevel(state: Float64Array, at: number): number {
  return state[at + slow] as number;
}

/** Somebody changed how the well runs: what was usual moves by as much as the fast level has since `fromLevel`. */
export function rebaseNovelty(
  state: Float64Array,
  at: number,
  hours: Float32Array,
  hoursAt: number,
  fromLevel: number,
): void {
  const now = state[at + fast] as number;
  for (let h = 0; h < noveltyHours; h++)
    hours[hoursAt + h] = (hours[hoursAt + h] as number) + now - fromLevel;
  state[at + hourLevel] = Math.fround((state[at + hourLevel] as number) + now - fromLevel);
  state[at + daysChanged] = 2 ** noveltyDays - 1;
  state[at + slow] = now;
  state[at + quickSpread] = now;
  state[at + spread] = now;
  state[at + logLevel] = logOf(now, state[at + size] as number);
}

/** What is usual of a signal: all but the fast level, the records and what was said. */
const usualFields = [slow, size, logLevel, ...[0, 1, 2].flatMap((i) => [quickSpread + i, spread + i])];
const kept = new Float64Array(usualFields.length);

/** As `stepNovelty`, while what is usual stays what it was: for minutes that a person has yet to judge. */
export function stepNoveltyFrozen(
  state: Float64Array,
  at: number,
  hours: Float32Array,
  hoursAt: number,
  timeMs: number,
  sample: number,
): number {
  usualFields.forEach((field, i) => (kept[i] = state[at + field] as number));
  const hour = hourOf(timeMs);
  const level = state[at + hourNow] === hour + 1 ? state[at + hourLevel] : hours[hoursAt + hour];
  const score = stepNovelty(state, at, hours, hoursAt, timeMs, sample);
  usualFields.forEach((field, i) => (state[at + field] = kept[i] as number));
  if (state[at + hourNow] === hour + 1) state[at + hourLevel] = level as number;
  return score;
}
