/** What is normal for one well: each channel's middle and scatter in the first days after an installation. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { comparedCount } from './channels.js';

/**
 * A new pump cleans the well up for some hours, then ten days of running give a middle that noise does not move; half a day
 * is enough to begin with, and is corrected as more comes in. All three from practice with gauges, not tuned.
 */
export const baselineDefaults = { skipHours: 12, leastHours: 12, fullHours: 240, renewHours: 24 } as const;

export class Baseline {
  readonly middle: Float64Array = new Float64Array(comparedCount).fill(Number.NaN);
  /** Of hours about the middle, as a standard deviation. */
  readonly scatter: Float64Array = new Float64Array(comparedCount).fill(Number.NaN);
  /** Running hours since the reset, skipped ones too. */
  hours = 0;
  readonly #kept = new Float32Array(baselineDefaults.fullHours * comparedCount);
  readonly #sorted = new Float64Array(baselineDefaults.fullHours);

  reset(): void {
    this.middle.fill(Number.NaN);
    this.scatter.fill(Number.NaN);
    this.hours = 0;
  }

  /** 0 before there is one, 1 when it no longer changes. */
  get maturity(): number {
    return Math.min(Math.max(this.hours - baselineDefaults.skipHours, 0) / baselineDefaults.fullHours, 1);
  }

  /**
   * Takes a running hour's levels. True where the middle has moved; `moved` then holds by how much, a channel that only now
   * got one counting as not moved.
   */
  learn(levels: Float64Array, moved: Float64Array): boolean {
    const { skipHours, leastHours, fullHours, renewHours } = baselineDefaults;
    const n = this.hours++ - skipHours;
    if (n < 0 || n >= fullHours) return false;
    for (let c = 0; c < comparedCount; c++) this.#kept[n * comparedCount + c] = levels[c] as number;
    const rows = n + 1;
    if (rows !== fullHours && rows !== leastHours && (rows < leastHours || rows % renewHours !== 0))
      return false;
    for (let c = 0; c < comparedCount; c++) {
      const before = this.middle[c] as number;
      this.#renew(c, rows);
      const by = (this.middle[c] as number) - before;
      moved[c] = Number.isNaN(by) ? 0 : by;
    }
    return true;
  }

  write(out: PackedWriter): void {
    out.block(this.middle);
    out.block(this.scatter);
    out.count(this.hours);
    out.block(this.#kept.subarray(0, this.#keptHours() * comparedCount));
  }

  restore(from: PackedReader): void {
    from.block(this.middle);
    from.block(this.scatter);
    this.hours = from.count();
    from.block(this.#kept.subarray(0, this.#keptHours() * comparedCount));
  }

  /** Hours that the middle will be renewed from: none once it no longer changes. */
  #keptHours(): number {
    const n = Math.max(this.hours - baselineDefaults.skipHours, 0);
    return n >= baselineDefaults.fullHours ? 0 : n;
  }

  /** Median, and 1.4826 times the median distance from it. A channel that is there less than a quarter of the time has none. */
  #renew(c: number, rows: number): void {
    const sorted = this.#sorted;
    let n = 0;
    for (let r = 0; r < rows; r++) {
      const x = this.#kept[r * comparedCount + c] as number;
      if (x === x) sorted[n++] = x;
    }
    if (n < Math.max(rows / 4, 6)) return;
    const some = sorted.subarray(0, n).sort();
    const middle = some[n >> 1] as number;
    for (let r = 0; r < n; r++) some[r] = Math.abs((some[r] as number) - middle);
    some.sort();
    this.middle[c] = middle;
    this.scatter[c] = Math.max(1.4826 * (some[n >> 1] as number), 0.002);
  }
}
