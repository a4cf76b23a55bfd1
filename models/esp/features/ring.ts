/** The newest rows of a fixed number of columns, in one typed array. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

export class Ring {
  readonly rowsMax: number;
  readonly width: number;
  readonly #values: Float32Array;
  #next = 0;
  #length = 0;

  constructor(rowsMax: number, width: number) {
    this.rowsMax = rowsMax;
    this.width = width;
    this.#values = new Float32Array(rowsMax * width).fill(Number.NaN);
  }

  get length(): number {
    return this.#length;
  }

  push(row: Float32Array): void {
    this.#values.set(row, this.#next * this.width);
    this.#next = (this.#next + 1) % this.rowsMax;
    if (this.#length < this.rowsMax) this.#length++;
  }

  /** The value `back` rows before the newest (0), NaN before the first. */
  at(back: number, column: number): number {
    if (back >= this.#length) return Number.NaN;
    const row = (this.#next - 1 - back + 2 * this.rowsMax) % this.rowsMax;
    return this.#values[row * this.width + column] as number;
  }

  addToColumn(column: number, by: number): void {
    for (let i = column; i < this.#values.length; i += this.width)
      this.#values[i] = (this.#values[i] as number) + by;
  }

  write(out: PackedWriter): void {
    out.count(this.#next);
    out.count(this.#length);
    out.block(this.#values);
  }

  restore(from: PackedReader): void {
    this.#next = from.count();
    this.#length = from.count();
    from.block(this.#values);
  }

  clear(): void {
    this.#values.fill(Number.NaN);
    this.#next = this.#length = 0;
  }
}
