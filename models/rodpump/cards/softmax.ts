/** Scores to probabilities. */

export function softmax(scores: Float64Array, sharpness = 1): Float64Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) highest = Math.max(highest, score);
  const out = scores.map((score) => Math.exp((score - highest) * sharpness));
  let sum = 0;
  for (const value of out) sum += value;
  return out.map((p) => p / sum);
}
