/** What a model's input is made of, as data: hashed into the artifact's manifest, so that training and serving agree. */
import { BalancinError } from '#schemas/errors.js';

/**
 * Of the minute means of one tag over the stretch, relative to their mean: `std` (about the trend), `min`, `max`, `slope`
 * (change over the whole stretch, of the regression line), `last`, `step` (largest change from a minute to the next),
 * `roughness` (von Neumann ratio: near 0 a smooth curve, near 1 noise). `ripple` is the rms of the deviations inside the minutes.
 */
export const minuteStatistics = [
  'std',
  'min',
  'max',
  'slope',
  'last',
  'step',
  'roughness',
  'ripple',
] as const;
export type MinuteStatistic = (typeof minuteStatistics)[number];

/**
 * `dead-band-asinh`: every statistic is a change, never a level, divided by the signal's dead band and compressed by asinh:
 * linear for what is noise, logarithmic for what is not. No level, no absolute time, nothing of the well's own.
 */
export const normalisations = ['dead-band-asinh'] as const;
export type Normalisation = (typeof normalisations)[number];

export interface FeatureSpec {
  readonly name: string;
  /** Length of the stretch of minutes a row describes. */
  readonly windowMinutes: number;
  /** A row is due every so many minutes a well, at multiples of it since 1970. */
  readonly stepMinutes: number;
  /** Canonical tags (`schemas/signals`), in order. */
  readonly tags: readonly string[];
  /** Statistics of each tag over the stretch, in order: width = tags × statistics. */
  readonly statistics: readonly MinuteStatistic[];
  /** Numbers a row. */
  readonly width: number;
  /** Rows with less than this share of their minutes present are not made, and such tags are masked, 0–1. */
  readonly coverageMin: number;
  /** How values are made comparable between wells. */
  readonly normalisation: Normalisation;
  /** What stands in a row where a tag is missing or does not move at all: `nan`, for the model to fill and leave out. */
  readonly mask: 'nan';
}

/** A stretch of more minutes than this costs more state a well than a task should carry. */
const windowMinutesMax = 240;

/** Fails with CONFIG_INVALID where a spec contradicts itself. */
export function assertFeatureSpec(spec: FeatureSpec): void {
  const problems: string[] = [];
  if (!(spec.windowMinutes >= 4 && spec.windowMinutes <= windowMinutesMax))
    problems.push(`windowMinutes ${spec.windowMinutes} is not within 4 and ${windowMinutesMax}`);
  if (!(spec.stepMinutes >= 1 && spec.stepMinutes <= spec.windowMinutes))
    problems.push(`stepMinutes ${spec.stepMinutes} is not within 1 and windowMinutes`);
  if (spec.width !== spec.tags.length * spec.statistics.length)
    problems.push(`width ${spec.width} is not tags × statistics`);
  if (spec.width === 0) problems.push('there is no feature');
  if (!(spec.coverageMin > 0 && spec.coverageMin <= 1))
    problems.push(`coverageMin ${spec.coverageMin} is not within 0 and 1`);
  if (new Set(spec.tags).size !== spec.tags.length) problems.push('a tag is named twice');
  for (const s of spec.statistics)
    if (!minuteStatistics.includes(s)) problems.push(`there is no statistic ${s}`);
  if (!normalisations.includes(spec.normalisation))
    problems.push(`there is no normalisation ${spec.normalisation}`);
  if (problems.length > 0)
    throw new BalancinError('CONFIG_INVALID', `feature spec ${spec.name}: ${problems.join('; ')}`);
}
