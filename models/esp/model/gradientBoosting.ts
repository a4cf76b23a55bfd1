/** Fits boosted trees for a yes-or-no outcome: second-order gradient boosting on binned features (Chen & Guestrin 2016). */
import { seededRandom } from '../../flow-autoencoder/random.js';
import { binColumns, binsMax, fitBins } from './binning.js';
import { type BoostedTrees, nodesOf } from './boostedTrees.js';

export interface BoostingOptions {
  readonly seed: number;
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
  /** Share of features that each tree may use, and of rows it is fitted to. */
  readonly featureShare: number;
  readonly rowShare: number;
  /** Least sum of second derivatives in a leaf. */
  readonly leafWeightLeast: number;
  readonly ridge: number;
  /** Features left out, by index. */
  readonly without?: ReadonlySet<number>;
  /** By feature: 1 where more of it must not lower the sum at a split, −1 where it must not raise it, else 0. */
  readonly direction?: Int8Array;
}

export const boostingDefaults: BoostingOptions = {
  seed: 1,
  trees: 350,
  depth: 5,
  rate: 0.04,
  featureShare: 0.15,
  rowShare: 0.5,
  leafWeightLeast: 8,
  ridge: 5,
};

/** `values` row-major, `outcome` 0 or 1 a row (or a soft target between), `weight` a row. Reproducible by seed. */
export function fitBoosting(
  data: { values: Float32Array; rows: number; width: number; outcome: Float32Array; weight?: Float32Array },
  options: BoostingOptions,
): BoostedTrees {
  const { values, rows, width, outcome } = data;
  const weight = data.weight ?? new Float32Array(rows).fill(1);
  const random = seededRandom(options.seed);
  const bins = fitBins(values, rows, width);
  const binned = binColumns(bins, values, rows);
  const nodes = nodesOf(options.depth);
  const feature = new Int16Array(options.trees * nodes).fill(-1);
  const cut = new Float32Array(options.trees * nodes);
  const missingLeft = new Uint8Array(options.trees * nodes);
  const value = new Float32Array(options.trees * nodes);

  let positive = 0;
  let total = 0;
  for (let r = 0; r < rows; r++) {
    positive += (outcome[r] as number) * (weight[r] as number);
    total += weight[r] as number;
  }
  const bias = Math.log(Math.max(positive, 0.5) / Math.max(total - positive, 0.5));
  const sum = new Float64Array(rows).fill(bias);
  const gradient = new Float64Array(rows);
  const curvature = new Float64Array(rows);
  const place = new Uint16Array(rows);
  const used = new Uint8Array(rows);
  const drawn = new Uint32Array(rows);
  const usable = Array.from({ length: width }, (_, f) => f).filter(
    (f) => !options.without?.has(f) && (bins.edges[f] as Float32Array).length > 0,
  );

  for (let t = 0; t < options.trees; t++) {
    for (let r = 0; r < rows; r++) {
      const p = 1 / (1 + Math.exp(-(sum[r] as number)));
      const w = weight[r] as number;
      used[r] = random() < options.rowShare ? 1 : 0;
      gradient[r] = w * (p - (outcome[r] as number));
      curvature[r] = w * Math.max(p * (1 - p), 1e-6);
      place[r] = 0;
    }
    let n = 0;
    for (let r = 0; r < rows; r++) if (used[r] === 1 && (weight[r] as number) > 0) drawn[n++] = r;
    const some = usable.filter(() => random() < options.featureShare);
    growTree({
      options,
      some,
      rows,
      binned,
      edges: bins.edges,
      gradient,
      curvature,
      place,
      drawn: drawn.subarray(0, n),
      base: t * nodes,
      feature,
      cut,
      missingLeft,
      value,
    });
    for (let r = 0; r < rows; r++)
      sum[r] = (sum[r] as number) + (value[t * nodes + (place[r] as number)] as number);
  }
  return { depth: options.depth, trees: options.trees, bias, feature, cut, missingLeft, value };
}

interface Growing {
  readonly options: BoostingOptions;
  readonly some: readonly number[];
  readonly rows: number;
  readonly binned: Uint8Array;
  readonly edges: readonly Float32Array[];
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  /** Node of each row, moved down as the tree grows. */
  readonly place: Uint16Array;
  /** Rows that this tree is fitted to. */
  readonly drawn: Uint32Array;
  readonly base: number;
  readonly feature: Int16Array;
  readonly cut: Float32Array;
  readonly missingLeft: Uint8Array;
  readonly value: Float32Array;
}

interface Split {
  gain: number;
  feature: number;
  bin: number;
  missingLeft: boolean;
}

function growTree(g: Growing): void {
  const { options, drawn, place, gradient, curvature } = g;
  for (let level = 0; level <= options.depth; level++) {
    const first = 2 ** level - 1;
    const count = first + 1;
    const sums = new Float64Array(2 * count);
    for (const r of drawn) {
      const n = (place[r] as number) - first;
      if (n < 0) continue;
      sums[2 * n] = (sums[2 * n] as number) + (gradient[r] as number);
      sums[2 * n + 1] = (sums[2 * n + 1] as number) + (curvature[r] as number);
    }
    for (let n = 0; n < count; n++)
      if ((sums[2 * n + 1] as number) > 0)
        g.value[g.base + first + n] =
          (-options.rate * (sums[2 * n] as number)) / ((sums[2 * n + 1] as number) + options.ridge);
    if (level === options.depth) return;
    const best: Split[] = Array.from({ length: count }, () => ({
      gain: 1e-3,
      feature: -1,
      bin: 0,
      missingLeft: false,
    }));
    const histogram = new Float64Array(2 * binsMax * count);
    for (const f of g.some) searchSplits(g, f, first, sums, histogram, best);
    splitRows(g, first, best);
    if (best.every((b) => b.feature < 0)) return;
  }
}

function searchSplits(
  g: Growing,
  f: number,
  first: number,
  sums: Float64Array,
  histogram: Float64Array,
  best: Split[],
): void {
  const { rows, drawn, place, gradient, curvature, binned, options } = g;
  histogram.fill(0);
  const column = f * rows;
  for (let i = 0; i < drawn.length; i++) {
    const r = drawn[i] as number;
    const n = (place[r] as number) - first;
    if (n < 0) continue;
    const h = 2 * (n * binsMax + (binned[column + r] as number));
    histogram[h] = (histogram[h] as number) + (gradient[r] as number);
    histogram[h + 1] = (histogram[h + 1] as number) + (curvature[r] as number);
  }
  const last = (g.edges[f] as Float32Array).length;
  const score = (a: number, b: number): number => (a * a) / (b + options.ridge);
  const direction = options.direction?.[f] ?? 0;
  for (const [n, split] of best.entries()) {
    const [total, weight] = [sums[2 * n] as number, sums[2 * n + 1] as number];
    if (weight < 2 * options.leafWeightLeast) continue;
    const whole = score(total, weight);
    const h = 2 * n * binsMax;
    const [missing, missingWeight] = [histogram[h] as number, histogram[h + 1] as number];
    let left = 0;
    let leftWeight = 0;
    for (let b = 1; b <= last; b++) {
      left += histogram[h + 2 * b] as number;
      leftWeight += histogram[h + 2 * b + 1] as number;
      for (const missingLeft of missingWeight > 0 ? [false, true] : [false]) {
        const l = left + (missingLeft ? missing : 0);
        const lw = leftWeight + (missingLeft ? missingWeight : 0);
        const rw = weight - lw;
        if (lw < options.leafWeightLeast || rw < options.leafWeightLeast) continue;
        const rises = -(total - l) / (rw + options.ridge) + l / (lw + options.ridge);
        if (direction * rises < 0) continue;
        const gain = score(l, lw) + score(total - l, rw) - whole;
        if (gain > split.gain) Object.assign(split, { gain, feature: f, bin: b, missingLeft });
      }
    }
  }
}

function splitRows(g: Growing, first: number, best: readonly Split[]): void {
  for (const [n, split] of best.entries()) {
    if (split.feature < 0) continue;
    const i = g.base + first + n;
    g.feature[i] = split.feature;
    g.cut[i] = (g.edges[split.feature] as Float32Array)[split.bin - 1] as number;
    g.missingLeft[i] = split.missingLeft ? 1 : 0;
  }
  for (let r = 0; r < g.rows; r++) {
    const n = (g.place[r] as number) - first;
    if (n < 0) continue;
    const split = best[n] as Split;
    if (split.feature < 0) continue;
    const bin = g.binned[split.feature * g.rows + r] as number;
    const left = bin === 0 ? split.missingLeft : bin <= split.bin;
    g.place[r] = 2 * (g.place[r] as number) + (left ? 1 : 2);
  }
}
