/** The shipped configuration of novelty: every constant of time in event time, one for all signals. */
import { createHash } from 'node:crypto';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface NoveltyConfig {
  /** Constants of time of the two levels that drifts and steps are measured from. */
  readonly fastMs: number;
  readonly slowMs: number;
  /** Recent and usual spread. */
  readonly spreadMs: number;
  readonly usualSpreadMs: number;
  /** What a sample moves the levels of its hour of the day and of the week. */
  readonly dayWeight: number;
  readonly weekWeight: number;
  /** How long a record is remembered: it falls to 1/e in this time. */
  readonly memoryMs: number;
  /** A change goes on being said only by what exceeds it, less as this time passes. */
  readonly refractoryMs: number;
  /** Nothing is said before a whole day, and as many samples, have been seen. */
  readonly warmUpMs: number;
  readonly warmUpSamples: number;
  /** The longest gap that counts as time passed. */
  readonly gapMsMax: number;
}

/** Chosen on NAB's even files alone (`models/nab/card.md`). */
export const noveltyConfig: NoveltyConfig = Object.freeze({
  fastMs: 4 * hourMs,
  slowMs: dayMs,
  spreadMs: 4 * hourMs,
  usualSpreadMs: 2 * dayMs,
  dayWeight: 0.1,
  weekWeight: 0.3,
  memoryMs: 60 * dayMs,
  refractoryMs: dayMs,
  warmUpMs: dayMs,
  warmUpSamples: 50,
  gapMsMax: dayMs,
});

/** First 16 hex digits of the sha256 of the configuration, keys sorted. */
export function noveltyConfigHash(config: NoveltyConfig = noveltyConfig): string {
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
