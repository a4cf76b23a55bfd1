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
    const values = this.#values[quantity];
    return this.#enough(quantity, minutes) ? meanOf(values, values.length - minutes) : Number.NaN;
  }

  least(quantity: RecentQuantity, minutes: number): number {
    const values = this.#values[quantity];
    if (values.length < minutes) return Number.NaN;
    let least = Number.POSITIVE_INFINITY;
    for (let i = values.length - minutes; i < values.length; i++)
      least = Math.min(least, values[i] as number);
    return least;
  }

  /** From the first to the last of ten minutes, each a mean of three; below 0 where it rose. */
  fall(quantity: RecentQuantity): number {
    const values = this.#values[quantity];
    if (values.length < minutesKept) return Number.NaN;
    return meanOf(values, 0, endMinutes) - meanOf(values, minutesKept - endMinutes);
  }

  /** Standard deviation over mean. */
  scatter(quantity: RecentQuantity, minutes = minutesKept): number {
    if (!this.#enough(quantity, minutes)) return Number.NaN;
    const values = this.#values[quantity];
    const from = Math.max(0, values.length - minutes);
    const mean = meanOf(values, from);
    let squares = 0;
    for (let i = from; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2;
    return Math.sqrt(squares / (values.length - from)) / mean;
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

/** Of the values from one place to before another; places before the first are not there. */
function meanOf(values: readonly number[], from: number, to = values.length): number {
  const first = Math.max(0, from);
  let sum = 0;
  for (let i = first; i < to; i++) sum += values[i] as number;
  return sum / (to - first);
}
