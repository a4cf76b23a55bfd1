/** Takes the step out of the levels that a change of frequency or choke makes, so that it is no anomaly. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { channelIndex, channels, comparedCount } from './channels.js';

/**
 * The annulus needs about two hours to find its new level [domain.md B1: τ ≈ 1.8 h], pressures and temperatures of a well some
 * more. A drive that changes all the time (pressure control) would have every trend taken out: beyond `changesMax` in
 * a fortnight the affinity laws alone must do.
 */
export const operatingPointDefaults = {
  frequencyStep: 0.008,
  chokeStepPercent: 3,
  beforeHours: 12,
  settleHours: 5,
  afterHours: 8,
  changesMax: 6,
  changesDays: 14,
} as const;

const frequencyAt = channelIndex('frequency');
const chokeAt = channelIndex('choke');
/** By channel: 1 where its level steps with the operating point. */
export const followsPoint: Uint8Array = Uint8Array.from(channels, (c, i) =>
  c.follows && i < comparedCount ? 1 : 0,
);
const following = channels.flatMap((c, i) => (c.follows && i < comparedCount ? [i] : []));

export class OperatingPoint {
  /** To subtract from a level. */
  readonly offset: Float64Array = new Float64Array(comparedCount);
  /** A change is under way: what follows it cannot be compared yet. */
  settling = false;
  #logHz = Number.NaN;
  #choke = Number.NaN;
  #hoursSince = 0;
  #recentChanges = 0;
  readonly #before = new Float64Array(comparedCount);
  readonly #afterSum = new Float64Array(comparedCount);
  readonly #afterCount = new Uint16Array(comparedCount);
  /** Last clean hours, a ring. */
  readonly #ring = new Float64Array(operatingPointDefaults.beforeHours * comparedCount).fill(Number.NaN);
  #ringNext = 0;
  #steppedHz = 0;
  #steppedChoke = 0;
  #newLogHz = Number.NaN;
  #newChoke = Number.NaN;

  reset(): void {
    this.offset.fill(0);
    this.settling = false;
    this.#logHz = Number.NaN;
    this.#choke = Number.NaN;
    this.#recentChanges = 0;
    this.#ring.fill(Number.NaN);
  }

  /** A running hour's levels, before the offset. */
  follow(levels: Float64Array): void {
    const d = operatingPointDefaults;
    this.#recentChanges *= 1 - 1 / (24 * d.changesDays);
    const logHz = (levels[frequencyAt] as number) / 10;
    const choke = (levels[chokeAt] as number) * 20;
    if (this.settling) this.#settle(levels, logHz, choke);
    else if (
      this.#recentChanges < d.changesMax &&
      (Math.abs(logHz - this.#logHz) > d.frequencyStep || Math.abs(choke - this.#choke) > d.chokeStepPercent)
    )
      this.#begin(logHz, choke);
    else {
      if (Number.isNaN(this.#logHz)) this.#logHz = logHz;
      if (Number.isNaN(this.#choke)) this.#choke = choke;
      this.#keep(levels);
    }
  }

  write(out: PackedWriter): void {
    for (const block of this.#blocks()) out.block(block);
    out.byte(Number(this.settling));
    out.count(this.#hoursSince);
    out.count(this.#ringNext);
    for (const x of [
      this.#logHz,
      this.#choke,
      this.#newLogHz,
      this.#newChoke,
      this.#recentChanges,
      this.#steppedHz,
      this.#steppedChoke,
    ])
      out.float64(x);
  }

  restore(from: PackedReader): void {
    for (const block of this.#blocks()) from.block(block);
    this.settling = from.byte() === 1;
    this.#hoursSince = from.count();
    this.#ringNext = from.count();
    [this.#logHz, this.#choke] = [from.float64(), from.float64()];
    [this.#newLogHz, this.#newChoke] = [from.float64(), from.float64()];
    this.#recentChanges = from.float64();
    [this.#steppedHz, this.#steppedChoke] = [from.float64(), from.float64()];
  }

  #blocks(): ArrayBufferView[] {
    return [this.offset, this.#before, this.#afterSum, this.#afterCount, this.#ring];
  }

  #begin(logHz: number, choke: number): void {
    this.settling = true;
    this.#hoursSince = 0;
    this.#recentChanges++;
    this.#newLogHz = logHz;
    this.#newChoke = choke;
    for (const c of following) {
      let sum = 0;
      let n = 0;
      for (let i = c; i < this.#ring.length; i += comparedCount) {
        const x = this.#ring[i] as number;
        if (x === x) {
          sum += x;
          n++;
        }
      }
      this.#before[c] = n < 3 ? Number.NaN : sum / n;
      this.#afterSum[c] = 0;
      this.#afterCount[c] = 0;
    }
  }

  #settle(levels: Float64Array, logHz: number, choke: number): void {
    const d = operatingPointDefaults;
    if (
      Math.abs(logHz - this.#newLogHz) > d.frequencyStep ||
      Math.abs(choke - this.#newChoke) > d.chokeStepPercent
    ) {
      // It moved on: wait again, from the new place.
      this.#newLogHz = logHz;
      this.#newChoke = choke;
      this.#hoursSince = 0;
      this.#afterSum.fill(0);
      this.#afterCount.fill(0);
      return;
    }
    this.#hoursSince++;
    if (this.#hoursSince <= d.settleHours) return;
    for (const c of following) {
      const x = levels[c] as number;
      if (x !== x) continue;
      this.#afterSum[c] = (this.#afterSum[c] as number) + x;
      this.#afterCount[c] = (this.#afterCount[c] as number) + 1;
    }
    if (this.#hoursSince < d.settleHours + d.afterHours) return;
    this.#steppedHz = Math.abs(this.#newLogHz - this.#logHz) || 0;
    this.#steppedChoke = Math.abs(Math.log(Math.max(this.#newChoke, 1) / Math.max(this.#choke, 1))) || 0;
    for (const c of following) {
      const step =
        (this.#afterSum[c] as number) / (this.#afterCount[c] as number) - (this.#before[c] as number);
      if (Number.isNaN(step)) continue;
      // What a change of this size cannot do is a fault that came with it, and stays.
      const most = 0.02 + 6 * this.#steppedHz + 2 * this.#steppedChoke;
      this.offset[c] = (this.offset[c] as number) + Math.min(Math.max(step, -most), most);
    }
    this.#logHz = this.#newLogHz;
    this.#choke = this.#newChoke;
    this.settling = false;
    this.#ring.fill(Number.NaN);
  }

  #keep(levels: Float64Array): void {
    this.#ring.set(levels.subarray(0, comparedCount), this.#ringNext * comparedCount);
    this.#ringNext = (this.#ringNext + 1) % operatingPointDefaults.beforeHours;
  }
}
