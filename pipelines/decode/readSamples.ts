/** The loops that bring every value and quality of a frame from Avro bytes into the columns. */
import { badFrom, quality, qualityCodeMax } from '#schemas/signals/quality.js';
import type { AvroCursor } from './avroCursor.js';
import type { ReadingColumns } from './readingColumns.js';

/** Bits of a float32's exponent, and its lowest. */
const exponent = 0x7f800000;
const one = 0x00800000;

/**
 * Reads `count` floats into `columns.values` from `at` on. Gives whether one of them is NaN or infinite.
 * The caller has checked that they lie within the record. One pass: copying by `set` needs a view a series, which costs more
 * than the copy at some tens of samples.
 */
export function readValues(cursor: AvroCursor, columns: ReadingColumns, at: number, count: number): boolean {
  const view = cursor.view;
  const out = columns.valueBits;
  let p = cursor.position;
  // An exponent of all ones plus one carries into the sign.
  let carry = 0;
  let i = at;
  for (const fours = at + (count & ~3); i < fours; i += 4, p += 16) {
    const a = view.getInt32(p, true);
    const b = view.getInt32(p + 4, true);
    const c = view.getInt32(p + 8, true);
    const d = view.getInt32(p + 12, true);
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = d;
    carry |=
      ((a & exponent) + one) | ((b & exponent) + one) | ((c & exponent) + one) | ((d & exponent) + one);
  }
  for (const to = at + count; i < to; i++, p += 4) {
    const bits = view.getInt32(p, true);
    out[i] = bits;
    carry |= (bits & exponent) + one;
  }
  cursor.position = p;
  return carry < 0;
}

/** Reads `count` quality codes of a series from `at` on; codes that this version does not know count as bad. */
export function readQuality(
  cursor: AvroCursor,
  columns: ReadingColumns,
  series: number,
  at: number,
  count: number,
): void {
  const { view, bytes } = cursor;
  const from = cursor.position;
  const to = from + count;
  cursor.position = to;
  let any = 0;
  let p = from;
  for (const whole = to - 3; p < whole; p += 4) any |= view.getInt32(p, true);
  for (; p < to; p++) any |= bytes[p]!;
  if (any === 0) return;
  columns.allGood[series] = 0;
  const out = columns.quality;
  for (let i = 0; i < count; i++) {
    const code = bytes[from + i]!;
    out[at + i] = code > qualityCodeMax ? quality.bad : code;
  }
}

/** Marks what is no number; a sample that the edge called bad already keeps the edge's reason. */
export function markNotANumber(columns: ReadingColumns, series: number): void {
  for (let i = columns.starts[series]!, to = columns.starts[series + 1]!; i < to; i++) {
    if (Number.isFinite(columns.values[i]) || columns.quality[i]! >= badFrom) continue;
    columns.quality[i] = quality.badNotANumber;
    columns.allGood[series] = 0;
  }
}
