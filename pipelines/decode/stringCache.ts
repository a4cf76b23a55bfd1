/** Strings by their UTF-8 bytes: equal bytes give the one string made first, so that a steady stream allocates none. */

export interface StringCacheLimits {
  /** Strings held; one more empties the cache. */
  readonly stringsMax: number;
  /** Their bytes together; beyond it the cache is emptied. */
  readonly bytesMax: number;
}

/** A partition of a large fleet: 100,000 wells and their tags are well below. */
export const stringCacheLimitsDefault: StringCacheLimits = { stringsMax: 262_144, bytesMax: 8 * 2 ** 20 };

const entriesFirst = 1024;
const arenaFirst = 16_384;

/** Open addressing over a table of entry numbers plus one; the bytes of all entries lie one after another in an arena. */
export class StringCache {
  readonly #limits: StringCacheLimits;
  #table = new Int32Array(entriesFirst * 2);
  #hashes = new Int32Array(entriesFirst);
  /** Entry e's bytes are `[#ends[e - 1], #ends[e])` of the arena. */
  #ends = new Int32Array(entriesFirst);
  #arena = new Uint8Array(arenaFirst);
  #strings: string[] = [];

  constructor(limits: StringCacheLimits = stringCacheLimitsDefault) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#strings.length;
  }

  /** The string whose bytes are `bytes[from, from + length)`; the range must lie within `bytes`. */
  get(bytes: Uint8Array, from: number, length: number): string {
    let hash = length;
    for (let i = from, end = from + length; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot]! - 1;
      if (entry < 0) return this.#add(bytes, from, length, hash);
      if (this.#hashes[entry] === hash && this.#equals(entry, bytes, from, length))
        return this.#strings[entry]!;
    }
  }

  #equals(entry: number, bytes: Uint8Array, from: number, length: number): boolean {
    const arena = this.#arena;
    const start = entry === 0 ? 0 : this.#ends[entry - 1]!;
    if (this.#ends[entry]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (arena[start + i] !== bytes[from + i]) return false;
    return true;
  }

  #add(bytes: Uint8Array, from: number, length: number, hash: number): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, length).toString('utf8');
    if (length > this.#limits.bytesMax) return text;
    let count = this.#strings.length;
    let used = count === 0 ? 0 : this.#ends[count - 1]!;
    if (count >= this.#limits.stringsMax || used + length > this.#limits.bytesMax) {
      this.#empty();
      count = 0;
      used = 0;
    }
    this.#grow(count + 1, used + length);
    for (let i = 0; i < length; i++) this.#arena[used + i] = bytes[from + i]!;
    this.#hashes[count] = hash;
    this.#ends[count] = used + length;
    this.#strings.push(text);
    this.#place(count);
    return text;
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
    }
  }

  #empty(): void {
    this.#table.fill(0);
    this.#strings = [];
  }
}
