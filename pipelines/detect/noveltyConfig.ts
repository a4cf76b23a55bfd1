/** The shipped configuration of novelty: every constant of time in event time, one for all signals. */
import { createHash } from 'node:crypto';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What novelty looks at, in the order of its records; the two spreads are one. */
export const noveltyViews = [
  'spread',
  'hour-of-week',
  'rise-fast',
  'fall-fast',
  'rise-slow',
  'fall-slow',
  'fall-log',
] as const;

export type NoveltyView = (typeof noveltyViews)[number];

export interface NoveltyConfig {
  /** A view that says nothing, to measure what it is worth; none in production. */
  readonly without?: NoveltyView;
  /** Constants of time of the two levels that drifts and steps are measured from; the slow one also in logarithms. */
  readonly fastMs: number;
  readonly slowMs: number;
  /** Two recent spreads, and the usual one both are compared with. */
  readonly quickSpreadMs: number;
  readonly spreadMs: number;
  readonly usualSpreadMs: number;
  /** Of the mean size that logarithms are taken of. */
  readonly sizeMs: number;
  /** Constant of time of the level of an hour of the week, and how few samples make it. */
  readonly hourMs: number;
  readonly hourSamplesMin: number;
  /** How long a record is remembered: it falls to 1/e in this time. */
  readonly memoryMs: number;
  /** Once warm, a record grows by no more than this factor at once: one wild value must not silence the next weeks. */
  readonly growthMax: number;
  /** A change goes on being said only by what exceeds it (by `saidMax` at most), less as this time passes. */
  readonly refractoryMs: number;
  readonly saidMax: number;
  /** Nothing is said before a whole day, and as many samples, have been seen. */
  readonly warmUpMs: number;
  readonly warmUpSamples: number;
  /** The longest gap that counts as time seen, and as time passed. */
  readonly seenGapMsMax: number;
  readonly gapMsMax: number;
}

/** Chosen on NAB's even files alone, whole, cropped and thinned (`models/nab/card.md`). */
export const noveltyConfig: NoveltyConfig = Object.freeze({
  fastMs: 4 * hourMs,
  slowMs: dayMs,
  quickSpreadMs: 2 * hourMs,
  spreadMs: 8 * hourMs,
  usualSpreadMs: 2 * dayMs,
  sizeMs: 4 * dayMs,
  hourMs: 100 * 60_000,
  hourSamplesMin: 3,
  memoryMs: 60 * dayMs,
  growthMax: 2,
  refractoryMs: dayMs,
  saidMax: 2,
  warmUpMs: dayMs,
  warmUpSamples: 50,
  seenGapMsMax: 2 * hourMs,
  gapMsMax: dayMs,
});

/** First 16 hex digits of the sha256 of the configuration, keys sorted. */
export function noveltyConfigHash(config: NoveltyConfig = noveltyConfig): string {
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
