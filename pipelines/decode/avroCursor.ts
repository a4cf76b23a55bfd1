/** A walk over Avro's binary encoding that checks every bound: what cannot be read becomes `problem`, never an exception. */
import type { StringCache } from './stringCache.js';

/** Names in the oilfield are tens of bytes long. */
export const stringBytesMax = 1024;

const nothing = new ArrayBuffer(0);

/**
 * Positions count from the start of the ArrayBuffer that holds the record, so that all records of one fetched batch share
 * one view. `end` is where the record ends: the memory beyond it belongs to others and is never looked at.
 * After the first problem every read gives 0 or '' and `problem` keeps the first sentence.
 */
export class AvroCursor {
  bytes: Uint8Array = new Uint8Array(nothing);
  view: DataView = new DataView(nothing);
  position = 0;
  end = 0;
  problem: string | null = null;
  #buffer: ArrayBufferLike = nothing;
  #whole: Uint8Array = this.bytes;
  #offset = 0;
  #start = 0;

  /** On the record of `whole` from `start` to `end`, at byte `from`. */
  open(whole: Uint8Array, from: number, start = 0, end = whole.length): void {
    // Records of one fetch come in the same piece of memory: then there is nothing to look up.
    if (whole !== this.#whole) {
      this.#whole = whole;
      this.#offset = whole.byteOffset;
      if (whole.buffer !== this.#buffer) {
        this.#buffer = whole.buffer;
        this.bytes = new Uint8Array(whole.buffer);
        this.view = new DataView(whole.buffer);
      }
    }
    const offset = this.#offset;
    this.#start = offset + start;
    this.position = offset + from;
    this.end = offset + end;
    this.problem = null;
  }

  /** Lets go of the record's memory. */
  close(): void {
    this.#buffer = nothing;
    this.bytes = new Uint8Array(nothing);
    this.#whole = this.bytes;
    this.#offset = 0;
    this.view = new DataView(nothing);
    this.position = 0;
    this.end = 0;
  }

  fail(what: string): void {
    this.problem ??= `${what} at byte ${this.position - this.#start} of ${this.end - this.#start}`;
    this.position = this.end;
  }

  boolean(): boolean {
    if (this.position >= this.end) {
      this.fail('the record ends before a boolean');
      return false;
    }
    const byte = this.bytes[this.position]!;
    if (byte > 1) {
      this.fail(`a boolean is ${byte}`);
      return false;
    }
    this.position++;
    return byte === 1;
  }

  /** An `int` or `long` as a number; beyond 2^53 it is a problem. */
  long(): number {
    const bytes = this.bytes;
    const end = this.end;
    let p = this.position;
    if (p < end && bytes[p]! < 0x80) {
      const z = bytes[p]!;
      this.position = p + 1;
      return (z >>> 1) ^ -(z & 1);
    }
    // 64 bits in groups of 28, 28 and the rest: each exact in a double.
    let low = 0;
    let middle = 0;
    let high = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (p >= end) {
        this.fail('the record ends inside a number');
        return 0;
      }
      if (shift > 63) {
        this.fail('a number is longer than ten bytes');
        return 0;
      }
      byte = bytes[p++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift < 56) middle |= bits << (shift - 28);
      else high |= bits << (shift - 56);
    }
    const half = (low >>> 1) + middle * 2 ** 27 + high * 2 ** 55;
    const value = (low & 1) === 0 ? half : -half - 1;
    if (!Number.isSafeInteger(value)) {
      this.fail('a number is beyond 2^53');
      return 0;
    }
    this.position = p;
    return value;
  }

  /** A length of bytes or a string that fits into what is left, or -1. */
  length(): number {
    const length = this.long();
    if (this.problem !== null) return -1;
    if (length < 0 || length > this.end - this.position) {
      this.fail(`a length of ${length} goes beyond the record`);
      return -1;
    }
    return length;
  }

  /** Number of the string in the cache, -1 after a problem. `guess` as in `StringCache.entryOf`. */
  string(cache: StringCache, guess: number): number {
    const length = this.length();
    if (length < 0) return -1;
    if (length > stringBytesMax) {
      this.fail(`a name of ${length} bytes (at most ${stringBytesMax})`);
      return -1;
    }
    const from = this.position;
    this.position = from + length;
    return cache.entryOf(this.view, from, length, guess);
  }

  /**
   * Items of the next block of an array or map, 0 at its end. A negative count is followed by the block's size in bytes.
   * A count that what is left cannot hold, at `itemBytesMin` each, is a problem: no count drives an allocation.
   */
  blockCount(itemBytesMin: number): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      this.length();
    }
    if (this.problem !== null) return 0;
    if (count * itemBytesMin > this.end - this.position) {
      this.fail(`a block of ${count} items goes beyond the record`);
      return 0;
    }
    return count;
  }
}
