/** The two loops that add up samples of one minute: one for series in order and all good, one for all others. */
import { badFrom, quality } from '#schemas/signals/quality.js';

/** What a run of samples adds to its window. Times are ms after the frame's `t0`. */
export interface RunSums {
  /** One past the last sample of the run. */
  end: number;
  /** Samples apart from clock faults, usable or not. */
  count: number;
  good: number;
  bad: number;
  flags: number;
  /** Samples whose clock was at fault. */
  faults: number;
  sum: number;
  sumSquares: number;
  min: number;
  max: number;
  first: number;
  last: number;
  firstDt: number;
  lastDt: number;
  /** Latest time of a sample whose clock is right; -Infinity where there is none. */
  latestDt: number;
}

export function createRunSums(): RunSums {
  const zero = { end: 0, count: 0, good: 0, bad: 0, flags: 0, faults: 0, firstDt: 0, lastDt: 0 };
  // Fractions, so that the engine keeps these fields as doubles from the start.
  return { ...zero, sum: 0.5, sumSquares: 0.5, min: 0.5, max: 0.5, first: 0.5, last: 0.5, latestDt: 0.5 };
}

/**
 * Adds up samples `[from, end)` of a series in order, all good, all of one minute. Four sums run side by side: one addition
 * waits for the last, so a single sum would take the time of all its waits.
 */
export function sumGood(
  values: Float32Array,
  dtMs: Int32Array,
  from: number,
  end: number,
  out: RunSums,
): void {
  const n = end - from;
  let sum0 = 0;
  let sum1 = 0;
  let squares0 = 0;
  let squares1 = 0;
  let min = values[from]!;
  let max = min;
  let i = from;
  for (const pairs = from + (n & ~1); i < pairs; i += 2) {
    const a = values[i]!;
    const b = values[i + 1]!;
    sum0 += a;
    sum1 += b;
    squares0 += a * a;
    squares1 += b * b;
    if (a < min) min = a;
    if (a > max) max = a;
    if (b < min) min = b;
    if (b > max) max = b;
  }
  if (i < end) {
    const a = values[i]!;
    sum0 += a;
    squares0 += a * a;
    if (a < min) min = a;
    if (a > max) max = a;
  }
  let first = values[from]!;
  const firstDt = dtMs[from]!;
  for (let k = from + 1; k < end && dtMs[k] === firstDt; k++) if (values[k]! < first) first = values[k]!;
  let last = values[end - 1]!;
  const lastDt = dtMs[end - 1]!;
  for (let k = end - 2; k >= from && dtMs[k] === lastDt; k--) if (values[k]! > last) last = values[k]!;
  out.end = end;
  out.count = n;
  out.good = n;
  out.bad = 0;
  out.flags = 1;
  out.faults = 0;
  out.sum = sum0 + sum1;
  out.sumSquares = squares0 + squares1;
  out.min = min;
  out.max = max;
  out.first = first;
  out.last = last;
  out.firstDt = firstDt;
  out.lastDt = lastDt;
  out.latestDt = lastDt;
}

/** Adds up samples from `from` on, to `to` or the first that lies outside `[startDt, endDt)`; in any order, of any quality. */
export function sumMixed(
  columns: { readonly values: Float32Array; readonly dtMs: Int32Array; readonly quality: Uint8Array },
  from: number,
  to: number,
  minute: { readonly startDt: number; readonly endDt: number },
  out: RunSums,
): void {
  const { values, dtMs, quality: codes } = columns;
  const { startDt, endDt } = minute;
  let bad = 0;
  let flags = 0;
  let faults = 0;
  let sum = 0;
  let sumSquares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let first = 0;
  let last = 0;
  let firstDt = Number.POSITIVE_INFINITY;
  let lastDt = Number.NEGATIVE_INFINITY;
  let latestDt = Number.NEGATIVE_INFINITY;
  let i = from;
  for (; i < to; i++) {
    const dt = dtMs[i]!;
    if (dt < startDt || dt >= endDt) break;
    const code = codes[i]!;
    if (code === quality.badClockFault) {
      faults++;
      continue;
    }
    flags |= 1 << code;
    if (dt > latestDt) latestDt = dt;
    if (code >= badFrom) {
      bad++;
      continue;
    }
    const value = values[i]!;
    sum += value;
    sumSquares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (dt < firstDt || (dt === firstDt && value < first)) {
      firstDt = dt;
      first = value;
    }
    if (dt > lastDt || (dt === lastDt && value > last)) {
      lastDt = dt;
      last = value;
    }
  }
  out.end = i;
  out.count = i - from - faults;
  out.good = out.count - bad;
  out.bad = bad;
  out.flags = flags;
  out.faults = faults;
  out.sum = sum;
  out.sumSquares = sumSquares;
  out.min = min;
  out.max = max;
  out.first = first;
  out.last = last;
  out.firstDt = firstDt;
  out.lastDt = lastDt;
  out.latestDt = latestDt;
}

/** First index in `(from, to)` whose time is `endDt` or later, in a series in order; `to` where there is none. */
export function findMinuteEnd(dtMs: Int32Array, from: number, to: number, endDt: number): number {
  if (dtMs[to - 1]! < endDt) return to;
  let low = from + 1;
  let high = to - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (dtMs[middle]! < endDt) low = middle + 1;
    else high = middle;
  }
  return low;
}
