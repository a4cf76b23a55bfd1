/** Summary rows on a common scale for logistic regression and net: middle 0, bent at the ends, missing 0. */
import { sortedColumn } from './sortedColumn.js';

export interface RowScaling {
  readonly middle: Float32Array;
  readonly scale: Float32Array;
}

export function fitRowScaling(values: Float32Array, rows: number, width: number): RowScaling {
  const middle = new Float32Array(width);
  const scale = new Float32Array(width).fill(1);
  for (let f = 0; f < width; f++) {
    const sorted = sortedColumn(values, rows, width, f, 8000);
    const n = sorted.length;
    if (n < 20) continue;
    middle[f] = sorted[n >> 1] as number;
    const spread = (sorted[Math.floor(0.9 * n)] as number) - (sorted[Math.floor(0.1 * n)] as number);
    const whole = (sorted[n - 1] as number) - (sorted[0] as number);
    scale[f] = Math.max(spread / 2.56, whole / 20, 1e-4);
  }
  return { middle, scale };
}

/** asinh: linear near the middle, logarithmic far away. */
export function scaleRow(
  { middle, scale }: RowScaling,
  values: Float32Array,
  at: number,
  out: Float32Array,
  outAt: number,
): void {
  for (let f = 0; f < middle.length; f++) {
    const x = ((values[at + f] as number) - (middle[f] as number)) / (scale[f] as number);
    out[outAt + f] = x === x ? Math.asinh(x) : 0;
  }
}
