/** A well at one moment as a flat row of numbers: what boosting, logistic regression and robust z score. */
import { channelCount, channels, comparedCount } from './channels.js';
import { fillLikenessTrends, likenessNames } from './likenessTrend.js';
import { signature, signatureModes } from './signatures.js';
import { slopePerDay } from './slopePerDay.js';
import type { WellFeatures } from './wellFeatures.js';

/** Of every channel. `day`, `week`: mean distance; `z…`: in scatters of the baseline; the rest: how it moves. */
const summaryStatistics = [
  'hours6',
  'day',
  'z',
  'week',
  'change3',
  'change7',
  'slope7',
  'slope21',
  'peak',
  'change1',
  'change30',
  'zChange7',
] as const;

/** Of every mode's signature: of the day's, the week's distances, of how the week changed, of how it changed in three days. */
const signatureStatistics = ['day', 'week', 'change7', 'change3'] as const;
/** Places of those statistics among `summaryStatistics`. */
const signatureSources = [1, 3, 5, 4];

const general = [
  'maturity',
  'downHours',
  'silentHours',
  'running7',
  'starts7',
  'trips7',
  'gaugeLost7',
  'channels',
  'headCurve',
] as const;

const per = summaryStatistics.length;
/** Places of one channel, which stand together. */
export const summaryStatisticsCount: number = per;

export const summaryNames: readonly string[] = [
  ...channels.flatMap((c) => summaryStatistics.map((s) => `${c.name}.${s}`)),
  ...signatureModes.flatMap((mode) => signatureStatistics.map((s) => `${mode}-like.${s}`)),
  ...likenessNames,
  ...general,
];
export const summaryWidth = summaryNames.length;

const zMost = 60;

/** Fills `out[at..at+summaryWidth)`, NaN where it cannot be known. */
export function fillSummary(well: WellFeatures, out: Float32Array, at = 0): void {
  let there = 0;
  for (let c = 0; c < channelCount; c++) {
    const o = at + c * per;
    const day = hourMean(well, c, 0, 24);
    if (day === day && c < comparedCount) there++;
    out[o] = hourMean(well, c, 0, 6);
    out[o + 1] = day;
    out[o + 2] = inScatters(well, c, day);
    const week = dayMean(well, c, 0, 7);
    out[o + 3] = week;
    out[o + 4] = dayMean(well, c, 0, 2) - dayMean(well, c, 2, 9);
    out[o + 5] = week - dayMean(well, c, 7, 21);
    const dayAt = (d: number): number => well.days.at(d, c);
    out[o + 6] = slopePerDay(dayAt, 7, 4);
    out[o + 7] = slopePerDay(dayAt, 21, 4);
    out[o + 8] = peak(well, c);
    out[o + 9] = day - dayMean(well, c, 1, 4);
    out[o + 10] = week - dayMean(well, c, 21, 35);
    out[o + 11] = inScatters(well, c, out[o + 5] as number);
  }
  let o = at + channelCount * per;
  for (let mode = 0; mode < signatureModes.length; mode++)
    for (const source of signatureSources)
      out[o++] = signature(mode, (c) => out[at + c * per + source] as number);
  fillLikenessTrends(well, out, o);
  o += likenessNames.length;
  out[o] = well.baseline.maturity;
  out[o + 1] = Math.min(well.downHours, 200);
  out[o + 2] = Math.min(well.silentHours, 200);
  for (let i = 0; i < 4; i++) out[o + 3 + i] = dayMean(well, comparedCount + i, 0, 7);
  out[o + 7] = there;
  out[o + 8] = well.equipment.pumpCurve60Hz === null ? 0 : 1;
}

function inScatters(well: WellFeatures, c: number, distance: number): number {
  if (c >= comparedCount) return Number.NaN;
  return Math.max(-zMost, Math.min(zMost, distance / (well.baseline.scatter[c] as number)));
}

/** Of the hours `from` to `to` back; a sixth of them must be there. */
function hourMean(well: WellFeatures, c: number, from: number, to: number): number {
  let sum = 0;
  let n = 0;
  for (let h = from; h < to; h++) {
    const x = well.hours.at(h, c);
    if (x === x) {
      sum += x;
      n++;
    }
  }
  return n * 6 < to - from ? Number.NaN : sum / n;
}

function dayMean(well: WellFeatures, c: number, from: number, to: number): number {
  let sum = 0;
  let n = 0;
  for (let d = from; d < to; d++) {
    const x = well.days.at(d, c);
    if (x === x) {
      sum += x;
      n++;
    }
  }
  return n * 4 < to - from ? Number.NaN : sum / n;
}

/** The greatest distance of the last day, with its sign. */
function peak(well: WellFeatures, c: number): number {
  let most = Number.NaN;
  for (let h = 0; h < 24; h++) {
    const x = well.hours.at(h, c);
    if (x === x && !(Math.abs(x) <= Math.abs(most))) most = x;
  }
  return most;
}
