/** Between which rates a count of rare events leaves it, with 95 % (Garwood's exact interval). */

/** Bounds of the expected count where `count` was seen. */
export function poissonBounds(count: number): { readonly low: number; readonly high: number } {
  return {
    low: count === 0 ? 0 : solve((mean) => 1 - atMost(count - 1, mean), 0.025, count),
    high: solve((mean) => 1 - atMost(count, mean), 0.975, count),
  };
}

/** Probability of at most `count` events where `mean` are expected. */
function atMost(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k++) {
    term *= mean / k;
    sum += term;
  }
  return sum;
}

/** The mean at which a growing probability reaches `wanted`. */
function solve(probability: (mean: number) => number, wanted: number, near: number): number {
  let low = 0;
  let high = 4 * near + 10;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (probability(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
