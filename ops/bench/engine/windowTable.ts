/** Merged minutes of a whole run in typed arrays, so that what was stored can be compared with what was sent. */
import { BalancinError } from '#schemas/errors.js';
import { type FleetShape, firstMs, minutesOf } from './fleet.js';

const windowMs = 60_000;
const firstMinute = Math.floor(firstMs / windowMs);
/** Sums of the same numbers in another order differ in their last digits. */
const tolerance = 1e-9;

export class WindowTable {
  readonly #shape: FleetShape;
  readonly #minutes: number;
  readonly samples: Int32Array;
  readonly good: Int32Array;
  readonly sum: Float64Array;
  readonly sumSquares: Float64Array;
  readonly min: Float32Array;
  readonly max: Float32Array;

  constructor(shape: FleetShape) {
    this.#shape = shape;
    this.#minutes = minutesOf(shape);
    const windows = shape.wells * shape.tags * this.#minutes;
    this.samples = new Int32Array(windows);
    this.good = new Int32Array(windows);
    this.sum = new Float64Array(windows);
    this.sumSquares = new Float64Array(windows);
    this.min = new Float32Array(windows).fill(Number.POSITIVE_INFINITY);
    this.max = new Float32Array(windows).fill(Number.NEGATIVE_INFINITY);
  }

  /** Place of a window; throws DATA_INVALID where the run has none such. */
  placeOf(well: number, tag: number, timeMs: number): number {
    const minute = Math.floor(timeMs / windowMs) - firstMinute;
    const inside =
      well >= 0 &&
      well < this.#shape.wells &&
      tag >= 0 &&
      tag < this.#shape.tags &&
      minute >= 0 &&
      minute < this.#minutes;
    if (!inside) {
      throw new BalancinError('DATA_INVALID', `there is no window of well ${well}, tag ${tag}, ${timeMs} ms`);
    }
    return (well * this.#shape.tags + tag) * this.#minutes + minute;
  }

  windows(): number {
    return this.samples.reduce((count, samples) => count + (samples > 0 ? 1 : 0), 0);
  }

  totals(): { samples: number; good: number; sum: number } {
    const total = (numbers: Int32Array | Float64Array): number => {
      let sum = 0;
      for (const each of numbers) sum += each;
      return sum;
    };
    return { samples: total(this.samples), good: total(this.good), sum: total(this.sum) };
  }

  /** Says how the first windows differ that do; empty: none does. */
  differences(other: WindowTable, most = 5): string[] {
    const found: string[] = [];
    for (let at = 0; at < this.samples.length && found.length < most; at++) {
      const scale = Math.sqrt(Math.max(1, this.samples[at]!) * Math.max(1, this.sumSquares[at]!));
      const same =
        this.samples[at] === other.samples[at] &&
        this.good[at] === other.good[at] &&
        Math.abs(this.sum[at]! - other.sum[at]!) <= tolerance * scale &&
        Math.abs(this.sumSquares[at]! - other.sumSquares[at]!) <= tolerance * scale * scale &&
        this.min[at] === other.min[at] &&
        this.max[at] === other.max[at];
      if (!same) found.push(`${this.#say(at)} and not ${other.#say(at)}`);
    }
    return found;
  }

  #say(at: number): string {
    const [series, minute] = [Math.floor(at / this.#minutes), at % this.#minutes];
    const [well, tag] = [Math.floor(series / this.#shape.tags), series % this.#shape.tags];
    const figures = [this.samples, this.good, this.sum, this.sumSquares, this.min, this.max];
    return `well ${well} tag ${tag} minute ${minute}: ${figures.map((column) => column[at]).join(' ')}`;
  }
}
