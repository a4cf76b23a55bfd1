/** A well at one moment as two images for a net: hours of the last week, days of the last months, each channel beside its mask. */
import { channelCount, comparedCount } from './channels.js';
import type { WellFeatures } from './wellFeatures.js';

export const netHours = 168;
export const netDays = 64;
/** Values, then as many masks (1 there, 0 missing). */
export const netWidth = 2 * channelCount;

/**
 * Natural distances are small numbers (a tenth of a logarithm is much): they are stretched, and bent so that a broken gauge
 * does not drown the rest.
 */
const stretch = 8;

/** Oldest first. `hours` has netHours × channelCount places from `hoursAt`, `days` likewise; NaN where missing. */
export function fillNetImages(
  well: WellFeatures,
  hours: Float32Array,
  hoursAt: number,
  days: Float32Array,
  daysAt: number,
): void {
  for (let h = 0; h < netHours; h++)
    for (let c = 0; c < channelCount; c++)
      hours[hoursAt + h * channelCount + c] = bent(well.hours.at(netHours - 1 - h, c), c);
  for (let d = 0; d < netDays; d++)
    for (let c = 0; c < channelCount; c++)
      days[daysAt + d * channelCount + c] = bent(well.days.at(netDays - 1 - d, c), c);
}

function bent(x: number, c: number): number {
  return c < comparedCount ? Math.asinh(stretch * x) / 2 : x;
}

/** Values with NaN as 0, beside them the masks: `from` has rows of channelCount, `out` of netWidth. */
export function withMasks(from: Float32Array, rows: number, out: Float32Array): void {
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < channelCount; c++) {
      const x = from[r * channelCount + c] as number;
      const there = x === x;
      out[r * netWidth + c] = there ? x : 0;
      out[r * netWidth + channelCount + c] = there ? 1 : 0;
    }
}
