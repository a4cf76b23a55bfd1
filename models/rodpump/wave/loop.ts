/** Figures of a closed curve of position and load: stroke, area, percentiles. */

/** Numbers in a row, of which the first `length` count. */
export type Columns = Float64Array | readonly number[];

export interface Extent {
  readonly low: number;
  readonly high: number;
  readonly lowAt: number;
  readonly highAt: number;
}

/** Least and greatest value with their places. */
export function extentOf(values: Columns, length = values.length): Extent {
  let lowAt = 0;
  let highAt = 0;
  for (let i = 1; i < length; i++) {
    const v = values[i] as number;
    if (v < (values[lowAt] as number)) lowAt = i;
    if (v > (values[highAt] as number)) highAt = i;
  }
  return { low: values[lowAt] as number, high: values[highAt] as number, lowAt, highAt };
}

/** Work of one turn, ∮ load d(position): positive where the load is higher on the way up. */
export function areaOf(positionM: Columns, load: Columns, length = positionM.length): number {
  let twice = 0;
  let x0 = positionM[length - 1] as number;
  let f0 = load[length - 1] as number;
  for (let i = 0; i < length; i++) {
    const x1 = positionM[i] as number;
    const f1 = load[i] as number;
    twice += (x1 - x0) * (f1 + f0);
    x0 = x1;
    f0 = f1;
  }
  return twice / 2;
}

/** The value below which a share of all lies, 0–1, between neighbours by line. Sorts a copy. */
export function percentileOf(values: Columns, share: number, length = values.length): number {
  const sorted = Float64Array.from(values.slice(0, length)).sort();
  const at = share * (length - 1);
  const below = Math.floor(at);
  const a = sorted[below] as number;
  const b = sorted[Math.min(below + 1, length - 1)] as number;
  return a + (b - a) * (at - below);
}
