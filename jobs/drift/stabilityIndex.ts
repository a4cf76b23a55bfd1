/** How far a sample has moved from an earlier one: the population stability index over deciles of the earlier. */

const bins = 10;
/** Of an empty bin: half a row, so that its logarithm is finite. */
const emptyRows = 0.5;

/**
 * PSI = Σ (current − reference) · ln(current / reference) over shares in the reference's deciles [credit-scoring practice:
 * below .1 stable, above .25 moved]. 0 where a sample is too small to have deciles.
 */
export function stabilityIndex(reference: readonly number[], current: readonly number[]): number {
  if (reference.length < 2 * bins || current.length === 0) return 0;
  const sorted = Float64Array.from(reference).sort();
  const edges = Array.from(
    { length: bins - 1 },
    (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / bins)] as number,
  );
  const before = sharesOf(reference, edges);
  const now = sharesOf(current, edges);
  let sum = 0;
  for (let b = 0; b < bins; b++) {
    const [p, q] = [before[b] as number, now[b] as number];
    sum += (q - p) * Math.log(q / p);
  }
  return sum;
}

/**
 * What no drift at all would show on average, were every well one independent reading: days of one well are much alike. To be
 * added to the limit.
 */
export function stabilityNoise(referenceWells: number, currentWells: number): number {
  return (bins - 1) * (1 / Math.max(referenceWells, 1) + 1 / Math.max(currentWells, 1));
}

function sharesOf(values: readonly number[], edges: readonly number[]): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    let bin = 0;
    while (bin < edges.length && value >= (edges[bin] as number)) bin++;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((n) => Math.max(n, emptyRows) / values.length);
}
