/** Features as bins of about equal count, one byte each: what boosting looks for its splits in. */
import { sortedColumn } from './sortedColumn.js';

/** Bin 0 holds what is missing. */
export const binsMax = 64;

export interface Bins {
  /** Upper edges of bins 1 … n − 1 of each feature; above the last edge is the last bin. */
  readonly edges: readonly Float32Array[];
}

/** `values` is row-major. Edges come from at most `sampleMax` rows, evenly taken. */
export function fitBins(values: Float32Array, rows: number, width: number, sampleMax = 20_000): Bins {
  const edges: Float32Array[] = [];
  for (let f = 0; f < width; f++) {
    const sorted = sortedColumn(values, rows, width, f, sampleMax);
    const n = sorted.length;
    const cuts: number[] = [];
    for (let b = 1; b < binsMax - 1; b++) {
      const x = sorted[Math.floor((b * n) / (binsMax - 1))];
      if (x !== undefined && x !== cuts.at(-1) && x !== sorted[n - 1]) cuts.push(x);
    }
    edges.push(Float32Array.from(cuts));
  }
  return { edges };
}

/** Column-major: feature f of row r at f × rows + r. */
export function binColumns({ edges }: Bins, values: Float32Array, rows: number): Uint8Array {
  const width = edges.length;
  const out = new Uint8Array(rows * width);
  for (let f = 0; f < width; f++) {
    const cuts = edges[f] as Float32Array;
    for (let r = 0; r < rows; r++) out[f * rows + r] = binOf(cuts, values[r * width + f] as number);
  }
  return out;
}

function binOf(cuts: Float32Array, x: number): number {
  if (x !== x) return 0;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x <= (cuts[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}
