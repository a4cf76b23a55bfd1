/** How far a well's pressures move within minutes, a quarter of an hour and an hour: what flow instability is told by. */

/** Upstream of the choke and at the tree: the downhole gauge is dead in most wells, temperatures are kept too coarsely. */
export const flowTags = ['well.tpt.p', 'well.choke.up.p'] as const;

/** Minutes a verdict speaks of, and minutes it may look back. */
export const flowWindowMinutes = 15;
export const flowHourMinutes = 60;
/** A sensor with fewer minutes in the window is masked. */
const minutesMin = 9;

/**
 * Added before the logarithm, kPa: what gauges of 3W and the historian's dead band make of a steady pressure (medians of the
 * quiet wells 3, 6 and 8 are 1 and 2). Smaller movements are all the same.
 */
const floorsKpa = [1, 2] as const;

const measures = ['step2', 'step4', 'range15', 'range60'] as const;

/** A row of numbers, in this order: natural logarithm of kPa. */
export const flowMovementNames: readonly string[] = flowTags.flatMap((tag) =>
  measures.map((measure) => `${tag} ${measure}`),
);

/**
 * Of the sensor `flowTags[sensor]`: root mean square change over 2 and 4 minutes and range of the last 15 minutes, range of
 * all. `minutes` are minute means, oldest first, at most 60, kPa, NaN where there is none; `out[at … at + 4)` is NaN where the
 * sensor is missing, stands still, or is too sparse.
 */
export function flowMovement(sensor: number, minutes: Float64Array, out: Float64Array, at: number): void {
  const n = minutes.length;
  const from = Math.max(0, n - flowWindowMinutes);
  out.fill(Number.NaN, at, at + measures.length);
  let there = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let hourLow = Number.POSITIVE_INFINITY;
  let hourHigh = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const v = minutes[i] as number;
    if (Number.isNaN(v)) continue;
    if (v < hourLow) hourLow = v;
    if (v > hourHigh) hourHigh = v;
    if (i < from) continue;
    there++;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  // float32 has seven digits: what is smaller is rounding, the sensor stands still.
  if (there < minutesMin || high - low <= 1e-6 * Math.abs(high)) return;
  const floor = floorsKpa[sensor] as number;
  out[at] = Math.log(changeOver(minutes, from, 2) + floor);
  out[at + 1] = Math.log(changeOver(minutes, from, 4) + floor);
  out[at + 2] = Math.log(high - low + floor);
  out[at + 3] = Math.log(hourHigh - hourLow + floor);
}

function changeOver(minutes: Float64Array, from: number, lag: number): number {
  let squares = 0;
  let pairs = 0;
  for (let i = from + lag; i < minutes.length; i++) {
    const change = (minutes[i] as number) - (minutes[i - lag] as number);
    if (Number.isNaN(change)) continue;
    squares += change * change;
    pairs++;
  }
  return pairs === 0 ? 0 : Math.sqrt(squares / pairs);
}
