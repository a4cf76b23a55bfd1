/** Deals cards into folds: twins together, classes spread evenly, the same for a seed. */
import { seededRandom } from '../../flow-autoencoder/random.js';

/** Fold of each card, 0 to `folds` − 1. Greedy: groups in random order, each to where its classes are missing most. */
export function dealFolds(
  labels: readonly number[],
  groups: Int32Array,
  { folds, seed }: { readonly folds: number; readonly seed: number },
): Int32Array {
  const random = seededRandom(seed);
  const members = new Map<number, number[]>();
  for (const [i, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), i]);
  const order = [...members.values()].map((cards) => ({ cards, at: random() }));
  order.sort((a, b) => b.cards.length - a.cards.length || a.at - b.at);
  const count = Array.from({ length: folds }, () => new Map<number, number>());
  const size = new Float64Array(folds);
  const foldOf = new Int32Array(labels.length);
  for (const { cards } of order) {
    let best = 0;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let f = 0; f < folds; f++) {
      const same = cards.reduce((sum, i) => sum + (count[f]?.get(labels[i] ?? -1) ?? 0), 0) / cards.length;
      const cost = same + 0.01 * (size[f] as number) + 1e-6 * random();
      if (cost < bestCost) [best, bestCost] = [f, cost];
    }
    for (const i of cards) {
      foldOf[i] = best;
      const label = labels[i] ?? -1;
      count[best]?.set(label, (count[best]?.get(label) ?? 0) + 1);
      size[best] = (size[best] as number) + 1;
    }
  }
  return foldOf;
}
