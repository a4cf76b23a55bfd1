/** The last minutes of every well and lane: mean and spread of each tag, in one growing typed array. */

/** Two numbers a tag and minute: mean (NaN where missing) and standard deviation inside the minute. */
const numbersPerCell = 2;

/** Minutes of one well that may close at once, beyond the stretch, before rows in between are made early. */
const slackMinutes = 64;

export class FeatureRings {
  readonly #tags: number;
  readonly #windowMinutes: number;
  readonly #capacity: number;
  readonly #stride: number;
  #cells: Float32Array;
  /** Number of the newest minute of a slot since 1970, -1 while empty. */
  newest: Float64Array;
  /** End (as a minute's number) of the last stretch a row was made of. */
  emitted: Float64Array;

  constructor(tags: number, windowMinutes: number) {
    this.#tags = tags;
    this.#windowMinutes = windowMinutes;
    this.#capacity = windowMinutes + slackMinutes;
    this.#stride = this.#capacity * tags * numbersPerCell;
    this.#cells = new Float32Array(0);
    this.newest = new Float64Array(0);
    this.emitted = new Float64Array(0);
  }

  /** Makes room for `slots` slots; new ones are empty. */
  reserve(slots: number): void {
    if (slots <= this.newest.length) return;
    const room = Math.max(16, slots, Math.ceil(this.newest.length * 1.5));
    const cells = new Float32Array(room * this.#stride).fill(Number.NaN);
    cells.set(this.#cells);
    const newest = new Float64Array(room).fill(-1);
    newest.set(this.newest);
    const emitted = new Float64Array(room).fill(-1);
    emitted.set(this.emitted);
    this.#cells = cells;
    this.newest = newest;
    this.emitted = emitted;
  }

  /** The last minute whose stretch must have been made into a row before the ring may move on to `minute`. */
  mustBeEmittedBefore(minute: number): number {
    return minute - slackMinutes;
  }

  /** Moves a slot's newest minute forward, forgetting what falls out behind. */
  advance(slot: number, minute: number): void {
    const newest = this.newest[slot] as number;
    if (minute <= newest) return;
    const from = Math.max(newest + 1, minute - this.#capacity + 1);
    const perMinute = this.#tags * numbersPerCell;
    for (let m = from; m <= minute; m++) {
      const at = slot * this.#stride + (m % this.#capacity) * perMinute;
      this.#cells.fill(Number.NaN, at, at + perMinute);
    }
    this.newest[slot] = minute;
  }

  /** False where the minute lies too far back to matter. */
  put(slot: number, minute: number, tag: number, mean: number, std: number): boolean {
    if (minute <= (this.newest[slot] as number) - this.#capacity) return false;
    const at = this.#at(slot, minute, tag);
    this.#cells[at] = mean;
    this.#cells[at + 1] = std;
    return true;
  }

  /** Copies the minutes `[end - windowMinutes, end)` of a tag to `means` and `stds`; minutes not there are NaN. */
  read(slot: number, end: number, tag: number, means: Float64Array, stds: Float64Array): void {
    const oldest = (this.newest[slot] as number) - this.#capacity;
    for (let i = 0, minute = end - this.#windowMinutes; i < this.#windowMinutes; i++, minute++) {
      if (minute <= oldest || minute > (this.newest[slot] as number)) {
        means[i] = Number.NaN;
        continue;
      }
      const at = this.#at(slot, minute, tag);
      means[i] = this.#cells[at] as number;
      stds[i] = this.#cells[at + 1] as number;
    }
  }

  /** Bytes of one slot's state: newest, emitted, then the stretch's cells, oldest minute first. */
  get bytesPerSlot(): number {
    return 16 + this.#windowMinutes * this.#tags * numbersPerCell * 4;
  }

  /** Writes a slot's state at a multiple of 4 of `bytes`, in the machine's byte order (little-endian on all we run on). */
  write(slot: number, bytes: Uint8Array, offset: number): void {
    const newest = this.newest[slot] as number;
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
    view.setFloat64(0, newest, true);
    view.setFloat64(8, this.emitted[slot] as number, true);
    this.#eachRun(slot, newest, (at, count, done) => {
      const cells = new Uint8Array(this.#cells.buffer, at * 4, count * 4);
      bytes.set(cells, offset + 16 + done * 4);
    });
  }

  restore(slot: number, bytes: Uint8Array, offset: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
    const newest = view.getFloat64(0, true);
    this.newest[slot] = newest;
    this.emitted[slot] = view.getFloat64(8, true);
    this.#cells.fill(Number.NaN, slot * this.#stride, (slot + 1) * this.#stride);
    this.#eachRun(slot, newest, (at, count, done) => {
      const cells = new Uint8Array(this.#cells.buffer, at * 4, count * 4);
      cells.set(bytes.subarray(offset + 16 + done * 4, offset + 16 + (done + count) * 4));
    });
  }

  /** The stretch that ends with `newest` as one or two runs of cells: where, how many numbers, how many came before. */
  #eachRun(slot: number, newest: number, each: (at: number, count: number, done: number) => void): void {
    const perMinute = this.#tags * numbersPerCell;
    const first = newest - this.#windowMinutes + 1;
    const place = ((first % this.#capacity) + this.#capacity) % this.#capacity;
    const minutes = Math.min(this.#windowMinutes, this.#capacity - place);
    each(slot * this.#stride + place * perMinute, minutes * perMinute, 0);
    if (minutes < this.#windowMinutes)
      each(slot * this.#stride, (this.#windowMinutes - minutes) * perMinute, minutes * perMinute);
  }

  #at(slot: number, minute: number, tag: number): number {
    return slot * this.#stride + ((minute % this.#capacity) * this.#tags + tag) * numbersPerCell;
  }
}
