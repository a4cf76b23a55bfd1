/** Strings by their UTF-8 bytes: equal bytes give the one string made first, so that a steady stream makes none. */

export interface StringCacheLimits {
  /** Strings held; one more empties the cache. At least 1. */
  readonly stringsMax: number;
  /** Their bytes together; beyond it the cache is emptied. A single string may be longer. */
  readonly bytesMax: number;
}

/** A partition of a large fleet: 100,000 wells and their tags are well below. */
const stringCacheLimitsDefault: StringCacheLimits = { stringsMax: 262_144, bytesMax: 8 * 2 ** 20 };

const entriesFirst = 1024;
const arenaFirst = 16_384;

/** Four bytes a step; the shift brings what a product leaves in the high bits down to where the table looks. */
function hashOf(view: DataView, from: number, length: number): number {
  let hash = length;
  let i = from;
  for (const words = from + (length & ~3); i < words; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(i), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (const end = from + length; i < end; i++) hash = Math.imul(hash ^ view.getUint8(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Open addressing over a table of entry numbers plus one; the bytes of all entries lie one after another in an arena. */
export class StringCache {
  readonly #limits: StringCacheLimits;
  #table = new Int32Array(entriesFirst * 2);
  #hashes = new Int32Array(entriesFirst);
  /** Entry e's bytes are `[#ends[e - 1], #ends[e])` of the arena. */
  #ends = new Int32Array(entriesFirst);
  #arena = new Uint8Array(arenaFirst);
  #arenaView = new DataView(this.#arena.buffer);
  #strings: string[] = [];

  constructor(limits: StringCacheLimits = stringCacheLimitsDefault) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#strings.length;
  }

  /**
   * Number of the string whose bytes are `[from, from + length)` of the buffer under `view`; the range must lie within it.
   * `guess` is the number that came last in this place: mostly it is the same string, and need only be compared.
   * Numbers hold until the next call.
   */
  entryOf(view: DataView, from: number, length: number, guess: number): number {
    if (guess < this.#strings.length && this.#equals(guess, view, from, length)) return guess;
    const hash = hashOf(view, from, length);
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot]! - 1;
      if (entry < 0) return this.#add(view, from, length, hash);
      if (this.#hashes[entry] === hash && this.#equals(entry, view, from, length)) return entry;
    }
  }

  text(entry: number): string {
    return this.#strings[entry]!;
  }

  #equals(entry: number, view: DataView, from: number, length: number): boolean {
    const arena = this.#arenaView;
    let at = entry === 0 ? 0 : this.#ends[entry - 1]!;
    if (this.#ends[entry]! - at !== length) return false;
    let i = from;
    for (const words = from + (length & ~3); i < words; i += 4, at += 4) {
      if (arena.getInt32(at) !== view.getInt32(i)) return false;
    }
    for (const end = from + length; i < end; i++, at++) {
      if (arena.getUint8(at) !== view.getUint8(i)) return false;
    }
    return true;
  }

  #add(view: DataView, from: number, length: number, hash: number): number {
    const bytes = Buffer.from(view.buffer, view.byteOffset + from, length);
    let count = this.#strings.length;
    let used = count === 0 ? 0 : this.#ends[count - 1]!;
    if (count >= this.#limits.stringsMax || used + length > this.#limits.bytesMax) {
      this.#empty();
      count = 0;
      used = 0;
    }
    this.#grow(count + 1, used + length);
    this.#arena.set(bytes, used);
    this.#hashes[count] = hash;
    this.#ends[count] = used + length;
    this.#strings.push(bytes.toString('utf8'));
    this.#place(count);
    return count;
  }

  #place(entry: number): void {
    const mask = this.#table.length - 1;
    let slot = this.#hashes[entry]! & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = entry + 1;
  }

  #grow(entries: number, arenaBytes: number): void {
    if (entries > this.#hashes.length) {
      const hashes = new Int32Array(this.#hashes.length * 2);
      hashes.set(this.#hashes);
      const ends = new Int32Array(hashes.length);
      ends.set(this.#ends);
      this.#hashes = hashes;
      this.#ends = ends;
      this.#table = new Int32Array(hashes.length * 2);
      for (let e = 0; e < this.#strings.length; e++) this.#place(e);
    }
    if (arenaBytes > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, arenaBytes));
      arena.set(this.#arena);
      this.#arena = arena;
      this.#arenaView = new DataView(arena.buffer);
    }
  }

  #empty(): void {
    this.#table.fill(0);
    this.#strings = [];
  }
}
