/** Turns a downhole card into what its classifier sees: a loop on the scale of the stroke above it, and what it lost on the way. */
import { channels, loopPoints, loopSeries, seriesPoints } from '../cards/cardInput.js';
import { type Columns, extentOf } from '../wave/loop.js';
import { resampleLoop } from '../wave/resampleLoop.js';

/** A card at the pump, and the stroke at surface that it was computed from. */
export interface DownholeCard {
  readonly positionM: Columns;
  /** Above the rods' weight in the fluid; any level where `rodWeightKn` is null. */
  readonly loadKn: Columns;
  readonly surfaceStrokeM: number;
  readonly surfaceRangeKn: number;
  /** Weight of all rods in the fluid; null where the fluid is not known. */
  readonly rodWeightKn: number | null;
}

export interface DownholeInput {
  /** `seriesPoints` × `channels`, row-major. */
  readonly series: Float32Array;
  readonly scales: Float32Array;
}

/** A stroke or range of loads below this share of that at surface is not blown up to a shape: it is none. */
const shapeLeast = 0.12;

export const downholeScales = ['stroke', 'range of loads', 'mean load', 'mean load known'] as const;
export const downholeInputSpec = {
  name: 'downhole-card',
  seriesPoints,
  channels,
  shapeLeast,
  scales: downholeScales,
} as const;

/** Null where it is no loop of numbers. */
export function downholeInput(card: DownholeCard): DownholeInput | null {
  const { positionM, loadKn, surfaceStrokeM, surfaceRangeKn, rodWeightKn } = card;
  if (positionM.length < 8 || positionM.length !== loadKn.length) return null;
  if (!(surfaceStrokeM > 0 && surfaceRangeKn > 0)) return null;
  const x = new Float64Array(loopPoints);
  const f = new Float64Array(loopPoints);
  resampleLoop(positionM, positionM.length, x, loopPoints);
  resampleLoop(loadKn, loadKn.length, f, loopPoints);
  if (!(x.every(Number.isFinite) && f.every(Number.isFinite))) return null;
  const stroke = extentOf(x);
  const load = extentOf(f);
  const strokeM = stroke.high - stroke.low;
  const rangeKn = load.high - load.low;
  const mean = f.reduce((sum, each) => sum + each, 0) / loopPoints;
  const known = rodWeightKn !== null && rodWeightKn > 0;
  return {
    series: loopSeries(x, f, {
      strokeM: Math.max(strokeM, shapeLeast * surfaceStrokeM),
      rangeKn: Math.max(rangeKn, shapeLeast * surfaceRangeKn),
      loadShare: (kn) => (2 * (kn - load.low)) / surfaceRangeKn - 1,
    }),
    scales: Float32Array.of(
      strokeM / surfaceStrokeM,
      rangeKn / surfaceRangeKn,
      known ? mean / rodWeightKn : 0,
      known ? 1 : 0,
    ),
  };
}
