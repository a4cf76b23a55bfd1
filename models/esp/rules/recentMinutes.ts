/** The last ten minutes of a running pump, for what one noisy minute cannot tell: a mean, a fall, a scatter. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

const quantities = ['amps', 'kw', 'gain', 'intake', 'riseLoad'] as const;
export type RecentQuantity = (typeof quantities)[number];

const minutesKept = 10;
/** Compared at both ends for a fall. */
const endMinutes = 3;

export class RecentMinutes {
  readonly #values: Readonly<Record<RecentQuantity, number[]>> = {
    amps: [],
    kw: [],
    gain: [],
    intake: [],
    riseLoad: [],
  };

  /** Missing values leave no gap: those before them stay. */
  push(minute: Readonly<Record<RecentQuantity, number>>): void {
    for (const q of quantities) {
      if (Number.isNaN(minute[q])) continue;
      this.#values[q].push(minute[q]);
      if (this.#values[q].length > minutesKept) this.#values[q].shift();
    }
  }

  /** What stood still begins anew. */
  clear(): void {
    for (const q of quantities) this.#values[q].length = 0;
  }

  /** NaN before half of the minutes were seen. */
  mean(quantity: RecentQuantity, minutes = minutesKept): number {
    return this.#enough(quantity, minutes) ? meanOf(this.#values[quantity].slice(-minutes)) : Number.NaN;
  }

  least(quantity: RecentQuantity, minutes: number): number {
    const values = this.#values[quantity];
    return values.length < minutes ? Number.NaN : Math.min(...values.slice(-minutes));
  }

  /** From the first to the last of ten minutes, each a mean of three; below 0 where it rose. */
  fall(quantity: RecentQuantity): number {
    const values = this.#values[quantity];
    if (values.length < minutesKept) return Number.NaN;
    return meanOf(values.slice(0, endMinutes)) - meanOf(values.slice(-endMinutes));
  }

  /** Standard deviation over mean. */
  scatter(quantity: RecentQuantity, minutes = minutesKept): number {
    if (!this.#enough(quantity, minutes)) return Number.NaN;
    const values = this.#values[quantity].slice(-minutes);
    const mean = meanOf(values);
    return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) / mean;
  }

  write(out: PackedWriter): void {
    for (const q of quantities) {
      out.count(this.#values[q].length);
      for (const value of this.#values[q]) out.float64(value);
    }
  }

  restore(from: PackedReader): void {
    for (const q of quantities) {
      this.#values[q].length = 0;
      for (let left = from.count(); left > 0; left--) this.#values[q].push(from.float64());
    }
  }

  #enough(quantity: RecentQuantity, minutes: number): boolean {
    return this.#values[quantity].length >= minutes / 2;
  }
}

function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
