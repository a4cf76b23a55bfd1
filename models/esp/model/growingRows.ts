/** Rows of one size in a typed array that grows by doubling: how many a fleet gives is known only at its end. */

export class GrowingRows {
  readonly rowSize: number;
  #values: Float32Array;
  #length = 0;

  constructor(rowSize: number) {
    this.rowSize = rowSize;
    this.#values = new Float32Array(rowSize * 64);
  }

  /** Where the next row goes. */
  next(): { readonly values: Float32Array; readonly at: number } {
    const at = this.#length++ * this.rowSize;
    if (at + this.rowSize > this.#values.length) {
      const larger = new Float32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    return { values: this.#values, at };
  }

  get all(): Float32Array {
    return this.#values.subarray(0, this.#length * this.rowSize);
  }
}
