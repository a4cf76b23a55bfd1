/** Numbers and strings packed one after another: the form in which operators keep the state of a key. */
import { BalancinError } from '#schemas/errors.js';

const firstBytes = 256;
const longBytesMax = 8;

/** Appends to a buffer of its own that grows by doubling; `bytes()` is a view that the next `clear` gives away. */
export class PackedWriter {
  #bytes = new Uint8Array(firstBytes);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first. */
  count(value: number): void {
    this.#reserve(longBytesMax);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = rest < 2 ** 31 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A whole number between -2^52 and 2^52. */
  integer(value: number): void {
    this.count(value < 0 ? -value * 2 - 1 : value * 2);
  }

  float32(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** One after the other. */
  float32s(values: Float32Array | Float64Array): void {
    this.#reserve(4 * values.length);
    for (let i = 0; i < values.length; i++, this.#length += 4)
      this.#view.setFloat32(this.#length, values[i] as number, true);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.count(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The numbers of a typed array as they lie in memory (little-endian): read back by `block` into one of the same length. */
  block(values: ArrayBufferView): void {
    this.count(values.byteLength);
    this.#reserve(values.byteLength);
    this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), this.#length);
    this.#length += values.byteLength;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a PackedWriter wrote, in the same order. Throws BUG past the end: stored state is never half a value. */
export class PackedReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  count(): number {
    let value = 0;
    let unit = 1;
    let byte: number;
    do {
      byte = this.#bytes[this.#take(1)]!;
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  integer(): number {
    const z = this.count();
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2;
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  text(): string {
    const length = this.count();
    const at = this.#take(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + at, length).toString('utf8');
  }

  /** Fills `into`. Throws BUG where another number of bytes was written: its layout has changed and its version has not. */
  block(into: ArrayBufferView): void {
    const length = this.count();
    if (length !== into.byteLength)
      throw new BalancinError('BUG', `stored state has ${length} bytes where ${into.byteLength} belong`);
    const at = this.#take(length);
    new Uint8Array(into.buffer, into.byteOffset, length).set(this.#bytes.subarray(at, at + length));
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      throw new BalancinError('BUG', 'stored state ends inside a value', {
        context: { at, length, bytes: this.#bytes.length },
      });
    }
    this.#at = at + length;
    return at;
  }
}
