/** Runs the shipped detector over series of NAB as it runs in production: a row after the other, a new state a file. */
import { noveltyFields, noveltyHours, stepNovelty } from '#pipelines/detect/novelty.js';
import type { NoveltyConfig } from '#pipelines/detect/noveltyConfig.js';
import type { NabSeries } from './nabSeries.js';

/** A score in [0, 1] a row. */
export function scoreNabSeries({ timesMs, values }: NabSeries, config?: NoveltyConfig): Float64Array {
  const state = new Float64Array(noveltyFields);
  const hours = new Float32Array(noveltyHours);
  return values.map((value, i) => stepNovelty(state, 0, hours, 0, timesMs[i] as number, value, config));
}
