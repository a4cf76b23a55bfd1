/** The loop that brings every time of a frame from Avro bytes into the columns. */
import type { AvroCursor } from './avroCursor.js';
import type { ReadingColumns } from './readingColumns.js';

const intMin = -(2 ** 31);
/** Longest `int` on the wire. */
const intBytesMax = 5;

/**
 * Tags of a well are mostly sampled together: their times are the same bytes. So the bytes of the last series' block are
 * compared first, a third of the cost of reading them; they differ in the first bytes or not at all.
 */
export class TimesReader {
  /** The block read last: where its bytes lie, where its times stand. None: a count of 0. */
  #from = 0;
  #bytes = 0;
  #at = 0;
  #count = 0;
  #ordered = 1;

  /** Before the first block of a frame. */
  begin(): void {
    this.#count = 0;
  }

  /** Reads a block of `count` ints of the series into `columns.dtMs` from `at` on. The caller has reserved the room. */
  read(cursor: AvroCursor, columns: ReadingColumns, series: number, at: number, count: number): void {
    const start = columns.starts[series]!;
    const from = cursor.position;
    if (count === this.#count && at === start && this.#isLast(cursor)) {
      const out = columns.dtMs;
      for (let i = at, k = this.#at, to = at + count; i < to; i++, k++) out[i] = out[k]!;
      columns.ordered[series] = this.#ordered;
      cursor.position = from + this.#bytes;
    } else {
      readTimes(cursor, columns, series, at, count);
      // A further block of one series is no beginning to compare with.
      this.#count = at === start ? count : 0;
      this.#ordered = columns.ordered[series]!;
    }
    this.#from = from;
    this.#bytes = cursor.position - from;
    this.#at = at;
  }

  #isLast(cursor: AvroCursor): boolean {
    const { view, position } = cursor;
    const last = this.#from;
    const bytes = this.#bytes;
    if (bytes > cursor.end - position) return false;
    let i = 0;
    for (const words = bytes & ~3; i < words; i += 4) {
      if (view.getInt32(position + i) !== view.getInt32(last + i)) return false;
    }
    for (; i < bytes; i++) if (view.getUint8(position + i) !== view.getUint8(last + i)) return false;
    return true;
  }
}

/** A regular step needs 1 to 3 bytes a sample: one unaligned load holds them all. */
function readTimes(
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
