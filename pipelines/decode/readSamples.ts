/** The three loops that see every sample of a frame: times, values, qualities, from Avro bytes into the columns. */
import { badFrom, quality, qualityCodeMax } from '#schemas/signals/quality.js';
import type { AvroCursor } from './avroCursor.js';
import type { ReadingColumns } from './readingColumns.js';

const intMin = -(2 ** 31);
/** Longest `int` on the wire. */
const intBytesMax = 5;

/**
 * Reads `count` ints into `columns.dtMs` from `at` on; the series began at `seriesStart`. The caller has reserved the room.
 * A regular step needs 1 to 3 bytes a sample: one unaligned load holds them all.
 */
export function readTimes(
  cursor: AvroCursor,
  columns: ReadingColumns,
  series: number,
  at: number,
  count: number,
): void {
  const { view, bytes, end } = cursor;
  const out = columns.dtMs;
  let p = cursor.position;
  let previous = at > columns.starts[series]! ? out[at - 1]! : intMin;
  let ordered = 1;
  // Far enough from the end that no varint of these can reach beyond it: the usual case, values follow the times.
  const unchecked = end - p >= count * intBytesMax ? count : 0;
  let i = at;
  for (const to = at + unchecked; i < to; i++) {
    const w = view.getInt32(p, true);
    let z: number;
    if ((w & 0x80) === 0) {
      z = w & 0x7f;
      p += 1;
    } else if ((w & 0x8000) === 0) {
      z = (w & 0x7f) | ((w >> 1) & 0x3f80);
      p += 2;
    } else if ((w & 0x800000) === 0) {
      z = (w & 0x7f) | ((w >> 1) & 0x3f80) | ((w >> 2) & 0x1fc000);
      p += 3;
    } else {
      z = (w & 0x7f) | ((w >> 1) & 0x3f80) | ((w >> 2) & 0x1fc000) | ((w >> 3) & 0xfe00000);
      p += 4;
      if (w < 0) {
        const last = bytes[p++]!;
        if (last > 0x0f) return cursor.fail('an int is beyond 32 bits');
        z |= last << 28;
      }
    }
    const value = (z >>> 1) ^ -(z & 1);
    if (value < previous) ordered = 0;
    previous = value;
    out[i] = value;
  }
  for (const to = at + count; i < to; i++) {
    let z = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (p >= end) return cursor.fail('the record ends inside a time');
      byte = bytes[p++]!;
      if (shift === 28 && byte > 0x0f) return cursor.fail('an int is beyond 32 bits');
      z |= (byte & 0x7f) << shift;
    }
    const value = (z >>> 1) ^ -(z & 1);
    if (value < previous) ordered = 0;
    previous = value;
    out[i] = value;
  }
  cursor.position = p;
  if (ordered === 0) columns.ordered[series] = 0;
}

/**
 * Reads `count` floats into `columns.values` from `at` on. Gives whether one of them is NaN or infinite.
 * The caller has checked that they lie within the record. One pass: copying by `set` needs a view a series, which costs more
 * than the copy at some tens of samples.
 */
export function readValues(cursor: AvroCursor, columns: ReadingColumns, at: number, count: number): boolean {
  const view = cursor.view;
  const out = columns.valueBits;
  let p = cursor.position;
  // An exponent of all ones plus one carries into the sign bit.
  let carry = 0;
  for (let i = at, to = at + count; i < to; i++, p += 4) {
    const bits = view.getInt32(p, true);
    out[i] = bits;
    carry |= (bits & 0x7f800000) + 0x00800000;
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
