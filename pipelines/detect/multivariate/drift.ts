/** How far a signal's level may have wandered since it was learned, from how it wandered while it was. */

/**
 * Variance of the level `ahead` blocks after the last of the blocks that taught. Half the mean squared difference of block
 * means grows with their distance: not at all for a steady signal, in proportion for a random walk, with the square for a
 * trend. That growth is carried on; a steady signal gets none.
 */
export function driftVariance(
  state: Float64Array | Float32Array,
  { at, step, blocks }: { readonly at: number; readonly step: number; readonly blocks: number },
  ahead: number,
): number {
  const far = blocks >> 1;
  const near = meanSquare(state, at, step, blocks, 1);
  const wide = meanSquare(state, at, step, blocks, far);
  // Up to 1.5 is chance; what is surely more counts in full.
  const trust = Math.min(1, Math.max(0, wide / (near + 1e-300) - 1.5));
  if (trust === 0) return 0;
  const power = Math.min(2, Math.log(wide / near) / Math.log(far));
  return trust * wide * Math.max(0, ((ahead + blocks / 2) / far) ** power);
}

function meanSquare(
  state: Float64Array | Float32Array,
  at: number,
  step: number,
  blocks: number,
  lag: number,
): number {
  let sum = 0;
  for (let b = lag; b < blocks; b++)
    sum += ((state[at + b * step] as number) - (state[at + (b - lag) * step] as number)) ** 2;
  return sum / (2 * (blocks - lag));
}
