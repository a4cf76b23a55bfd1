/** Turns a card into what the classifier sees: a loop of five channels, and three absolute figures. */
import { extentOf } from '../wave/loop.js';
import { resampleLoop } from '../wave/resampleLoop.js';

/** Points of the loop, and how many are repeated at its end so that kernels run round it. */
export const loopPoints = 128;
const repeatedPoints = 112;
export const seriesPoints = loopPoints + repeatedPoints;
export const channels = 5;

/** What a model was trained on: hashed into its manifest. The number of points of a card is never seen. */
export const cardInputSpec = {
  name: 'surface-card',
  loopPoints,
  repeatedPoints,
  channels: ['position', 'load', 'load absolute / 25 kN', 'load slope', 'load by position'],
  absolute: ['stroke / 3 m', 'least load / 25 kN', 'greatest load / 40 kN'],
} as const;

/** Beyond these it is another unit, or no card: as `cardRepair.ts` has them, where each is told from the other. */
const limits = {
  strokeMinM: 0.05,
  strokeMaxM: 13,
  rangeMinKn: 0.01,
  loadMinKn: -50,
  loadMaxKn: 300,
} as const;

export interface CardInput {
  /** `seriesPoints` × `channels`, row-major. */
  readonly series: Float32Array;
  readonly absolute: readonly [number, number, number];
}

/** Null where the card is too short, stands still, is not all numbers or cannot be metres and kilonewtons. */
export function cardInput(positionM: Float64Array, loadKn: Float64Array): CardInput | null {
  if (positionM.length < 8 || positionM.length !== loadKn.length) return null;
  const x = new Float64Array(loopPoints);
  const f = new Float64Array(loopPoints);
  resampleLoop(positionM, positionM.length, x, loopPoints);
  resampleLoop(loadKn, loadKn.length, f, loopPoints);
  const stroke = extentOf(x);
  const load = extentOf(f);
  const strokeM = stroke.high - stroke.low;
  const rangeKn = load.high - load.low;
  const isLoad = load.low > limits.loadMinKn && load.high < limits.loadMaxKn;
  const moves = strokeM > limits.strokeMinM && strokeM < limits.strokeMaxM && rangeKn > limits.rangeMinKn;
  if (!(isLoad && moves && x.every(Number.isFinite) && f.every(Number.isFinite))) return null;
  const series = loopSeries(x, f, { strokeM, rangeKn, loadShare: (kn) => kn / 25 - 1 });
  return { series, absolute: [strokeM / 3, load.low / 25, load.high / 40] };
}

/** A loop of `loopPoints` as five channels. Strokes and ranges may be larger than the loop's own: then it fills less. */
export function loopSeries(
  x: Float64Array,
  f: Float64Array,
  {
    strokeM,
    rangeKn,
    loadShare,
  }: {
    readonly strokeM: number;
    readonly rangeKn: number;
    readonly loadShare: (loadKn: number) => number;
  },
): Float32Array {
  const stroke = extentOf(x);
  const { low } = extentOf(f);
  const byPosition = loadByPosition(x, f, stroke);
  const series = new Float32Array(seriesPoints * channels);
  for (let i = 0; i < seriesPoints; i++) {
    const j = i % loopPoints;
    const after = f[(j + 1) % loopPoints] as number;
    const before = f[(j + loopPoints - 1) % loopPoints] as number;
    series[i * channels] = (((x[j] as number) - stroke.low) / strokeM) * 2 - 1;
    series[i * channels + 1] = (((f[j] as number) - low) / rangeKn) * 2 - 1;
    series[i * channels + 2] = loadShare(f[j] as number);
    series[i * channels + 3] = ((after - before) / rangeKn) * 8;
    series[i * channels + 4] = (((byPosition[j] as number) - low) / rangeKn) * 2 - 1;
  }
  return series;
}

/** Load at equal steps of position: half of the loop up, half down. */
function loadByPosition(
  x: Float64Array,
  f: Float64Array,
  { low, high, lowAt, highAt }: ReturnType<typeof extentOf>,
): Float64Array {
  const half = loopPoints / 2;
  const out = new Float64Array(loopPoints);
  for (const way of [0, 1] as const) {
    const end = way === 0 ? highAt : lowAt;
    const sign = way === 0 ? 1 : -1;
    let at = way === 0 ? lowAt : highAt;
    let next = (at + 1) % loopPoints;
    for (let k = 0; k < half; k++) {
      const share = (k + 0.5) / half;
      const wanted = low + (high - low) * (way === 0 ? share : 1 - share);
      while (next !== end && sign * (wanted - (x[next] as number)) > 0) {
        at = next;
        next = (next + 1) % loopPoints;
      }
      const width = (x[next] as number) - (x[at] as number);
      const t = Math.abs(width) < 1e-9 ? 0 : Math.min(1, Math.max(0, (wanted - (x[at] as number)) / width));
      out[way * half + k] = (f[at] as number) * (1 - t) + (f[next] as number) * t;
    }
  }
  return out;
}
