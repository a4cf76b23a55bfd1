/** Samples of any step as one row of signals a minute; a signal that stands still for a day is masked as frozen. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { signalNames } from '../signals.js';

const width = signalNames.length;

/**
 * Noise moves every live gauge within a day, at the least by its last digit. Not so set values, states, sparse tests, and what
 * drives print coarsely: those may stand still.
 */
const frozenMs = 24 * 3_600_000;
const frozenSamples = 20;
const movesByItself = Uint8Array.from(signalNames, (name) =>
  /^(esp\.(pip|pdp|ti|tm|vx|vy|vz|ia|ib|ic|kw)|well\.(whp|chp|flp|wht))$/.test(name) ? 1 : 0,
);

export class MinuteMean {
  /** Of the minute last closed, in the order of `signalNames`, NaN where missing. */
  readonly row: Float32Array = new Float32Array(width);
  /** When each signal was last there. */
  readonly lastSeenMs: Float64Array = new Float64Array(width).fill(Number.NaN);
  readonly #sum = new Float64Array(width);
  readonly #count = new Uint16Array(width);
  readonly #last = new Float32Array(width).fill(Number.NaN);
  readonly #sameSinceMs = new Float64Array(width);
  readonly #sameSamples = new Uint32Array(width);
  #minute = -1;

  /** Whole minutes since 1970 of the row under way, −1 before the first sample. */
  get minute(): number {
    return this.#minute;
  }

  /** Adds a sample (its values from `at` on in `values`). True where it begins a new minute: the one before is in `row`. */
  add(timeMs: number, values: Float32Array, at = 0): boolean {
    const minute = Math.floor(timeMs / 60_000);
    const closed = minute !== this.#minute && this.#minute >= 0;
    if (closed) this.close();
    this.#minute = minute;
    for (let i = 0; i < width; i++) {
      const x = values[at + i] as number;
      if (x !== x) continue;
      this.lastSeenMs[i] = timeMs;
      if (movesByItself[i] === 1) {
        if (x === this.#last[i]) {
          const samples = (this.#sameSamples[i] as number) + 1;
          this.#sameSamples[i] = samples;
          if (samples >= frozenSamples && timeMs - (this.#sameSinceMs[i] as number) >= frozenMs) continue;
        } else {
          this.#last[i] = x;
          this.#sameSamples[i] = 1;
          this.#sameSinceMs[i] = timeMs;
        }
      }
      this.#sum[i] = (this.#sum[i] as number) + x;
      this.#count[i] = (this.#count[i] as number) + 1;
    }
    return closed;
  }

  write(out: PackedWriter): void {
    for (const block of this.#blocks()) out.block(block);
    out.integer(this.#minute);
  }

  restore(from: PackedReader): void {
    for (const block of this.#blocks()) from.block(block);
    this.#minute = from.integer();
  }

  /** `row` is left out: it is read when it is made. */
  #blocks(): ArrayBufferView[] {
    return [this.lastSeenMs, this.#sum, this.#count, this.#last, this.#sameSinceMs, this.#sameSamples];
  }

  close(): void {
    for (let i = 0; i < width; i++) {
      const n = this.#count[i] as number;
      this.row[i] = n === 0 ? Number.NaN : (this.#sum[i] as number) / n;
      this.#sum[i] = 0;
      this.#count[i] = 0;
    }
    this.#minute = -1;
  }
}
