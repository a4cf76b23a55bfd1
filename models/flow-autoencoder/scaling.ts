/** Centre and spread of each feature in normal operation: what makes the net's inputs comparable. */

export interface Scaling {
  readonly centre: Float32Array;
  readonly spread: Float32Array;
}

/** In units of the dead band on the asinh scale: a feature that hardly varied in training must not blow up everything. */
const spreadMin = 0.3;
/** Beyond so many spreads a number says nothing more. */
const reach = 12;

/** Median, and the mean of the two usual spreads (robust and plain): between ignoring rare moves and being ruled by them. */
export function fitScaling(values: Float32Array, width: number): Scaling {
  const rows = values.length / width;
  const centre = new Float32Array(width);
  const spread = new Float32Array(width).fill(1);
  for (let k = 0; k < width; k++) {
    const column = new Float64Array(rows);
    let n = 0;
    for (let r = 0; r < rows; r++) {
      const v = values[r * width + k] as number;
      if (!Number.isNaN(v)) column[n++] = v;
    }
    if (n === 0) continue;
    const present = column.subarray(0, n).sort();
    const median = present[n >> 1] as number;
    let squares = 0;
    const deviations = present.map((v) => {
      squares += (v - median) ** 2;
      return Math.abs(v - median);
    });
    const robust = 1.4826 * (deviations.sort()[n >> 1] as number);
    centre[k] = median;
    spread[k] = Math.max(spreadMin, (robust + Math.sqrt(squares / n)) / 2);
  }
  return { centre, spread };
}

/** Writes `rows` scaled rows to `out`; what is masked (NaN) becomes 0, the centre. */
export function applyScaling(
  { centre, spread }: Scaling,
  values: Float32Array,
  rows: number,
  out: Float32Array,
): void {
  const width = centre.length;
  for (let r = 0, i = 0; r < rows; r++)
    for (let k = 0; k < width; k++, i++) {
      const v = values[i] as number;
      const z = (v - (centre[k] as number)) / (spread[k] as number);
      out[i] = Number.isNaN(v) ? 0 : Math.max(-reach, Math.min(reach, z));
    }
}
