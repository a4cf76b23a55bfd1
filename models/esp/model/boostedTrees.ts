/** A sum of small trees as flat arrays: scores a row of features, and says which features moved it. */

/** Each tree has `nodes` places in heap order (children of i at 2i + 1, 2i + 2). */
export interface BoostedTrees {
  readonly depth: number;
  readonly trees: number;
  readonly bias: number;
  /** Feature at an inner node, −1 at a leaf. */
  readonly feature: Int16Array;
  /** Left where value ≤ cut. */
  readonly cut: Float32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Mean output below each node: at a leaf what it adds. */
  readonly value: Float32Array;
}

export function nodesOf(depth: number): number {
  return 2 ** (depth + 1) - 1;
}

/** Where a value goes from inner node `i` of the tree whose nodes begin at `base`. */
function childOf({ cut, missingLeft }: BoostedTrees, base: number, i: number, x: number): number {
  const left = x === x ? x <= (cut[base + i] as number) : missingLeft[base + i] === 1;
  return 2 * i + (left ? 1 : 2);
}

/** The raw sum (log-odds for a logistic loss) of the row that begins at `at`. */
export function treesSum(model: BoostedTrees, values: Float32Array, at: number): number {
  const { feature, value, trees } = model;
  const nodes = nodesOf(model.depth);
  let sum = model.bias;
  for (let t = 0; t < trees; t++) {
    const base = t * nodes;
    let i = 0;
    let f = feature[base] as number;
    while (f >= 0) {
      i = childOf(model, base, i, values[at + f] as number);
      f = feature[base + i] as number;
    }
    sum += value[base + i] as number;
  }
  return sum;
}

/** Adds to `shares` what each feature moved the sum by, node by node on the row's way (Saabas): shares + bias of roots = sum. */
export function treesShares(
  model: BoostedTrees,
  values: Float32Array,
  at: number,
  shares: Float64Array,
): void {
  const { feature, value, trees } = model;
  const nodes = nodesOf(model.depth);
  for (let t = 0; t < trees; t++) {
    const base = t * nodes;
    let i = 0;
    let f = feature[base] as number;
    while (f >= 0) {
      const next = childOf(model, base, i, values[at + f] as number);
      shares[f] = (shares[f] as number) + (value[base + next] as number) - (value[base + i] as number);
      i = next;
      f = feature[base + i] as number;
    }
  }
}
