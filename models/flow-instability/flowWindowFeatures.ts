/** What 900 s of a well's flow look like: the shape of each sensor's movement about its trend, and how sensors move together. */

/** Along the flow path. The downhole gauge is left out: where it is dead it would only name the well. */
export const flowWindowTags = ['well.tpt.p', 'well.tpt.t', 'well.choke.up.p', 'well.choke.down.t'] as const;

/** Means of this many seconds: what is faster is the gauge, not the flow. */
const binS = 5;
export const flowWindowS = 900;
const bins = flowWindowS / binS;
/** A sensor with fewer of its bins filled is masked. */
const coverageMin = 0.6;
/** Lags of the structure function, in bins: 10 s to 5 min. */
const lags = [2, 4, 8, 16, 32, 60] as const;
const pairs = [
  [0, 2],
  [0, 1],
  [2, 3],
  [1, 2],
] as const;
const shapes = [
  'amplitude',
  'trend',
  'skew',
  'tails',
  'crossings',
  'evenness',
  'rhythm',
  ...lags.map((l) => `d${l * binS}`),
];

/** Names of the numbers of a row, in order; `amplitude` is the logarithm of kPa or °C, all others know no scale. */
export const flowWindowNames: readonly string[] = [
  ...flowWindowTags.flatMap((tag) => shapes.map((shape) => `${tag} ${shape}`)),
  ...pairs.map(([a, b]) => `${flowWindowTags[a]} with ${flowWindowTags[b]}`),
];

/**
 * A row of `flowWindowNames` for the samples `from … to` of columns in the order of `flowWindowTags` (null where the well
 * has no such sensor). NaN where a sensor is missing, frozen, or too sparse.
 */
export function flowWindowFeatures(
  timesMs: Float64Array,
  columns: readonly (Float32Array | null)[],
  { startMs, from, to }: { readonly startMs: number; readonly from: number; readonly to: number },
): Float64Array {
  const row = new Float64Array(flowWindowNames.length).fill(Number.NaN);
  const moved = columns.map((values) =>
    values === null ? null : detrend(binned(timesMs, values, { startMs, from, to })),
  );
  moved.forEach((one, s) => {
    if (one !== null) shapeOf(one, row, s * shapes.length);
  });
  pairs.forEach(([a, b], p) => {
    const one = moved[a];
    const other = moved[b];
    if (one && other)
      row[flowWindowTags.length * shapes.length + p] = correlation(one.residual, other.residual);
  });
  return row;
}

interface Moved {
  /** About the regression line, in its own standard deviation. */
  readonly residual: Float64Array;
  readonly spread: number;
  /** Change of the line over the window. */
  readonly change: number;
}

/** Means a bin, gaps bridged by the bin before; empty where too sparse. */
function binned(
  timesMs: Float64Array,
  values: Float32Array,
  { startMs, from, to }: { readonly startMs: number; readonly from: number; readonly to: number },
): Float64Array {
  const sums = new Float64Array(bins);
  const counts = new Float64Array(bins);
  for (let i = from; i < to; i++) {
    const v = values[i] as number;
    if (!Number.isFinite(v)) continue;
    const bin = Math.floor(((timesMs[i] as number) - startMs) / 1000 / binS);
    if (bin < 0 || bin >= bins) continue;
    sums[bin] = (sums[bin] as number) + v;
    counts[bin] = (counts[bin] as number) + 1;
  }
  const filled = counts.reduce((sum, n) => sum + (n > 0 ? 1 : 0), 0);
  if (filled < coverageMin * bins) return new Float64Array(0);
  let last = counts.findIndex((n) => n > 0);
  return sums.map((sum, b) => {
    if ((counts[b] as number) > 0) last = b;
    return (counts[b] as number) > 0
      ? sum / (counts[b] as number)
      : (sums[last] as number) / (counts[last] as number);
  });
}

function detrend(x: Float64Array): Moved | null {
  const n = x.length;
  if (n === 0) return null;
  const mean = x.reduce((sum, v) => sum + v, 0) / n;
  const middle = (n - 1) / 2;
  let along = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    along += (i - middle) * ((x[i] as number) - mean);
    squares += (i - middle) ** 2;
  }
  const slope = along / squares;
  const residual = x.map((v, i) => v - mean - slope * (i - middle));
  const spread = Math.sqrt(residual.reduce((sum, v) => sum + v * v, 0) / n);
  // float32 of the files has seven digits: what is smaller is rounding, the sensor stands still.
  if (spread <= 1e-6 * Math.abs(mean) + 1e-9) return null;
  return { residual: residual.map((v) => v / spread), spread, change: slope * n };
}

function shapeOf({ residual, spread, change }: Moved, row: Float64Array, at: number): void {
  const n = residual.length;
  let cubes = 0;
  let fourths = 0;
  let crossings = 0;
  let firstHalf = 0;
  for (let i = 0; i < n; i++) {
    const v = residual[i] as number;
    cubes += v ** 3;
    fourths += v ** 4;
    if (i > 0 && v * (residual[i - 1] as number) < 0) crossings++;
    if (i < n / 2) firstHalf += v * v;
  }
  row[at] = Math.log(spread);
  row[at + 1] = Math.log1p(Math.abs(change) / spread);
  row[at + 2] = Math.asinh(cubes / n);
  row[at + 3] = Math.log(fourths / n);
  row[at + 4] = Math.log1p(crossings);
  row[at + 5] = Math.abs(firstHalf / n - 0.5);
  row[at + 6] = rhythm(residual);
  lags.forEach((lag, k) => {
    let squares = 0;
    for (let i = lag; i < n; i++) squares += ((residual[i] as number) - (residual[i - lag] as number)) ** 2;
    row[at + 7 + k] = Math.log(squares / (n - lag) + 1e-6);
  });
}

/** Largest autocorrelation after the first fall below zero: near 1 for what repeats itself. */
function rhythm(residual: Float64Array): number {
  const n = residual.length;
  let fallen = false;
  let best = 0;
  for (let lag = 1; lag <= n / 2; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += (residual[i] as number) * (residual[i - lag] as number);
    const r = sum / (n - lag);
    if (r < 0) fallen = true;
    if (fallen && r > best) best = r;
  }
  return best;
}

function correlation(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, i) => sum + v * (b[i] as number), 0) / a.length;
}
