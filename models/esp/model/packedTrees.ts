/** Boosted trees as a plain list of numbers for an artifact: only nodes that are used, in the order root, left, right. */
import { BalancinError } from '#schemas/errors.js';
import { type BoostedTrees, nodesOf } from './boostedTrees.js';

/** depth, trees, bias; then a node: −1 and value for a leaf; feature, value, cut and 0 or 1 (missing goes left) for a split. */
export function packTrees(model: BoostedTrees): Float32Array {
  const packed: number[] = [model.depth, model.trees, model.bias];
  const nodes = nodesOf(model.depth);
  const walk = (base: number, i: number): void => {
    const at = base + i;
    const feature = model.feature[at] as number;
    packed.push(feature, model.value[at] as number);
    if (feature < 0) return;
    packed.push(model.cut[at] as number, model.missingLeft[at] as number);
    walk(base, 2 * i + 1);
    walk(base, 2 * i + 2);
  };
  for (let t = 0; t < model.trees; t++) walk(t * nodes, 0);
  return Float32Array.from(packed);
}

/** `width` is how many features a row has. Throws ARTIFACT_INVALID for what `packTrees` cannot have written. */
export function unpackTrees(packed: ArrayLike<number>, width: number): BoostedTrees {
  let next = 0;
  const take = (low: number, high: number): number => {
    const x = packed[next++];
    if (x === undefined || !(x >= low && x <= high))
      throw new BalancinError('ARTIFACT_INVALID', `packed trees hold ${x} at ${next - 1}`);
    return x;
  };
  const depth = take(1, 8);
  const trees = take(1, 5000);
  const bias = take(-100, 100);
  const nodes = nodesOf(depth);
  const model: BoostedTrees = {
    depth,
    trees,
    bias,
    feature: new Int16Array(trees * nodes).fill(-1),
    cut: new Float32Array(trees * nodes),
    missingLeft: new Uint8Array(trees * nodes),
    value: new Float32Array(trees * nodes),
  };
  const walk = (base: number, i: number): void => {
    const feature = take(-1, i >= nodes >> 1 ? -1 : width - 1);
    model.feature[base + i] = feature;
    model.value[base + i] = take(-100, 100);
    if (feature < 0) return;
    model.cut[base + i] = take(-3.4e38, 3.4e38);
    model.missingLeft[base + i] = take(0, 1);
    walk(base, 2 * i + 1);
    walk(base, 2 * i + 2);
  };
  for (let t = 0; t < trees; t++) walk(t * nodes, 0);
  if (next !== packed.length)
    throw new BalancinError('ARTIFACT_INVALID', `packed trees hold ${packed.length - next} numbers too many`);
  return model;
}
