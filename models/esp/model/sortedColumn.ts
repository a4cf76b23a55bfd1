/** One feature of many rows in order of size: what bins and scales are read from. */

/** Of at most about `sampleMax` rows of the row-major `values`, evenly taken; without the missing (NaN). */
export function sortedColumn(
  values: Float32Array,
  rows: number,
  width: number,
  feature: number,
  sampleMax: number,
): Float32Array {
  const step = Math.max(1, Math.floor(rows / sampleMax));
  const column = new Float32Array(Math.ceil(rows / step));
  let n = 0;
  for (let r = 0; r < rows; r += step) {
    const x = values[r * width + feature] as number;
    if (x === x) column[n++] = x;
  }
  return column.subarray(0, n).sort();
}
