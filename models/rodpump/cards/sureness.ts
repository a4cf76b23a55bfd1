/** How sharp scores are as probabilities, and from which on they are said: both from cards that a fit had not seen. */
import { ranked } from './cardMetrics.js';
import { softmax } from './softmax.js';

/** A card outside of what was learnt from. */
export interface Outside {
  readonly scores: Float64Array;
  readonly label: number;
}

/** So few say nothing about a share. */
const sureMin = 20;

/** What scores are multiplied with before the softmax: of least log loss. */
export function bestSharpness(outside: readonly Outside[]): number {
  let [best, bestLoss] = [1, Number.POSITIVE_INFINITY];
  for (let sharpness = 0.4; sharpness < 16; sharpness *= 1.1) {
    const loss = outside.reduce(
      (sum, { scores, label }) => sum - Math.log(Math.max(1e-9, softmax(scores, sharpness)[label] ?? 0)),
      0,
    );
    if (loss < bestLoss) [best, bestLoss] = [sharpness, loss];
  }
  return best;
}

/** The lowest probability at which all above it are right often enough; 1 (nothing is said) where none is. */
export function thresholdOf(
  outside: readonly Outside[],
  { sharpness, accuracyWanted }: { readonly sharpness: number; readonly accuracyWanted: number },
): number {
  const sure = outside
    .map(({ scores, label }) => {
      const p = softmax(scores, sharpness);
      const top = ranked(p)[0] ?? 0;
      return { p: p[top] as number, right: top === label };
    })
    .sort((a, b) => b.p - a.p);
  let threshold = 1;
  let right = 0;
  for (const [i, each] of sure.entries()) {
    if (each.right) right++;
    if (i + 1 >= sureMin && right / (i + 1) >= accuracyWanted) threshold = each.p;
  }
  return threshold;
}
