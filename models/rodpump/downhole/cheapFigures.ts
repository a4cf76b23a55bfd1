/** The baseline of the downhole classifier: the cheap features of the domain notes B4, and the five nearest cards by them. */
import { areaOf, extentOf } from '../wave/loop.js';
import { resampleLoop } from '../wave/resampleLoop.js';
import type { DownholeCard } from './downholeInput.js';

const nearest = 5;
const points = 100;
const parts = 4;

/** Sizes beside those at surface, area beside its rectangle, mean load and slope of each quarter of both ways. */
export function cheapFigures(card: DownholeCard): Float64Array {
  const x = new Float64Array(points);
  const f = new Float64Array(points);
  resampleLoop(card.positionM, card.positionM.length, x, points);
  resampleLoop(card.loadKn, card.loadKn.length, f, points);
  const stroke = extentOf(x);
  const load = extentOf(f);
  const strokeM = Math.max(stroke.high - stroke.low, 1e-3);
  const rangeKn = Math.max(load.high - load.low, 1e-3);
  const sums = new Float64Array(2 * parts);
  const counts = new Float64Array(2 * parts);
  const steepest = new Float64Array(2);
  for (let step = 0; step < points; step++) {
    const j = (stroke.lowAt + step) % points;
    const way = step < (stroke.highAt - stroke.lowAt + points) % points ? 0 : 1;
    const share = ((x[j] as number) - stroke.low) / strokeM;
    const part = way * parts + Math.min(parts - 1, Math.floor(share * parts));
    sums[part] = (sums[part] as number) + ((f[j] as number) - load.low) / rangeKn;
    counts[part] = (counts[part] as number) + 1;
    const slope = Math.abs((f[(j + 1) % points] as number) - (f[j] as number)) / rangeKn;
    steepest[way] = Math.max(steepest[way] as number, slope);
  }
  return Float64Array.of(
    strokeM / card.surfaceStrokeM,
    rangeKn / card.surfaceRangeKn,
    areaOf(x, f) / (strokeM * rangeKn),
    ...steepest,
    ...sums.map((sum, i) => sum / Math.max(1, counts[i] as number)),
  );
}

/** What most of the nearest say, by distance in spreads of what is known. */
export function nearestLabels(
  known: readonly { readonly figures: Float64Array; readonly label: number }[],
  asked: readonly Float64Array[],
  classes: number,
): number[] {
  const width = known[0]?.figures.length ?? 0;
  const spread = Float64Array.from({ length: width }, (_, k) => {
    const mean = known.reduce((sum, { figures }) => sum + (figures[k] as number), 0) / known.length;
    const variance = known.reduce((sum, { figures }) => sum + ((figures[k] as number) - mean) ** 2, 0);
    return Math.sqrt(variance / known.length) + 1e-6;
  });
  return asked.map((figures) => {
    const near = known
      .map((each) => ({
        label: each.label,
        apart: figures.reduce(
          (sum, v, k) => sum + ((v - (each.figures[k] as number)) / (spread[k] as number)) ** 2,
          0,
        ),
      }))
      .sort((a, b) => a.apart - b.apart)
      .slice(0, nearest);
    const votes = Array.from({ length: classes }, (_, c) => near.filter(({ label }) => label === c).length);
    return votes.indexOf(Math.max(...votes));
  });
}
