/** How well cards were told apart: macro-F1, groups, top two, and accuracy where the classifier is sure. */
import { cardClasses, cardGroupCount, cardGroups } from './cardClasses.js';

export interface Judged {
  readonly label: number;
  readonly probabilities: Float64Array;
  /** Sure enough to be said. */
  readonly known: boolean;
}

/** All NaN (null in JSON) without a card that has a class. */
export interface CardMetrics {
  readonly macroF1: number;
  readonly macroF1Groups: number;
  readonly top2: number;
  readonly coverage: number;
  /** Null where nothing was said. */
  readonly accuracyAtCoverage: number | null;
  readonly accuracy: number;
}

export function cardMetrics(judged: readonly Judged[]): CardMetrics {
  const tops = judged.map(({ probabilities }) => ranked(probabilities));
  const truth = judged.map(({ label }) => label);
  const known = judged.flatMap((each, i) => (each.known ? [i] : []));
  const right = (i: number) => tops[i]?.[0] === truth[i];
  return {
    macroF1: macroF1(
      tops.map((top) => top[0] ?? -1),
      truth,
      cardClasses.length,
    ),
    macroF1Groups: macroF1(
      judged.map(({ probabilities }) => ranked(groupSums(probabilities))[0] ?? -1),
      truth.map((label) => cardGroups[label] ?? -1),
      cardGroupCount,
    ),
    top2: judged.filter((_, i) => tops[i]?.slice(0, 2).includes(truth[i] ?? -1)).length / judged.length,
    coverage: known.length / judged.length,
    accuracyAtCoverage: known.length === 0 ? null : known.filter(right).length / known.length,
    accuracy: judged.filter((_, i) => right(i)).length / judged.length,
  };
}

/** Places by falling value. */
export function ranked(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number));
}

function groupSums(probabilities: Float64Array): Float64Array {
  const sums = new Float64Array(cardGroupCount);
  for (const [c, p] of probabilities.entries()) {
    const group = cardGroups[c] ?? 0;
    sums[group] = (sums[group] as number) + p;
  }
  return sums;
}

/** Mean over the classes that occur. */
export function macroF1(said: readonly number[], truth: readonly number[], classes: number): number {
  let sum = 0;
  let occurring = 0;
  for (let c = 0; c < classes; c++) {
    const has = truth.filter((label) => label === c).length;
    if (has === 0) continue;
    occurring++;
    const hits = said.filter((label, i) => label === c && truth[i] === c).length;
    const told = said.filter((label) => label === c).length;
    sum += (2 * hits) / (told + has);
  }
  return occurring === 0 ? Number.NaN : sum / occurring;
}
