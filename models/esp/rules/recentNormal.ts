/** What was usual in a well's last hours, minute by minute, at any frequency: the measure of events that take minutes. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';

/** Quantities compared, at constant speed by the affinity laws. */
export const quantities = [
  'gain',
  'discharge',
  'amps',
  'kw',
  'intake',
  'intakeSettled',
  'wellhead',
  'flowline',
  'rate',
  'motorOverIntake',
  'riseLoad',
  'riseLoadLately',
  'motorC',
  'volts',
  'voltsImbalance',
] as const;
export type Quantity = (typeof quantities)[number];
type Values = { [Q in Quantity]: number };

/** Three hours: slower than any event here, faster than wear. */
const minutesKept = 180;
/** Heat comes over hours: what is usual of it must come slower still. */
const heatMinutesKept = 1440;
/** An annulus that was full takes hours to be drawn down again: a settled level rises over days, falls over hours. */
const riseMinutesKept = 2880;
/** An event must not become its own measure before it is told. */
const lagMinutes = 10;
const leastMinutes = 30;

const nothing = (): Values => ({
  gain: Number.NaN,
  discharge: Number.NaN,
  amps: Number.NaN,
  kw: Number.NaN,
  intake: Number.NaN,
  intakeSettled: Number.NaN,
  wellhead: Number.NaN,
  flowline: Number.NaN,
  rate: Number.NaN,
  motorOverIntake: Number.NaN,
  riseLoad: Number.NaN,
  riseLoadLately: Number.NaN,
  motorC: Number.NaN,
  volts: Number.NaN,
  voltsImbalance: Number.NaN,
});

export class RecentNormal {
  /** NaN until half an hour was seen. */
  readonly usual: Values = nothing();
  /** Usual scatter of the current within ten minutes, as a share of it. */
  ampsScatter = Number.NaN;
  readonly #waiting: { values: Values; scatter: number }[] = [];
  #seen = 0;

  /** A running minute that no rule speaks of. */
  learn(values: Values, scatter: number): void {
    this.#waiting.push({ values: { ...values }, scatter });
    if (this.#waiting.length <= lagMinutes) return;
    const { values: old, scatter: oldScatter } = this.#waiting.shift() as {
      values: Values;
      scatter: number;
    };
    this.#seen++;
    const share = 1 / Math.min(this.#seen, minutesKept);
    const heatShare = 1 / Math.min(this.#seen, heatMinutesKept);
    const riseShare = 1 / Math.min(this.#seen, riseMinutesKept);
    for (const q of quantities) {
      const rises = q === 'intakeSettled' && old[q] > this.usual[q];
      this.usual[q] = towards(
        this.usual[q],
        old[q],
        rises ? riseShare : q === 'riseLoad' ? heatShare : share,
      );
    }
    this.ampsScatter = towards(this.ampsScatter, oldScatter, share);
  }

  /** An event was told: what waits belongs to it. */
  forgetWaiting(): void {
    this.#waiting.length = 0;
  }

  /** After a workover nothing of before holds. */
  reset(): void {
    Object.assign(this.usual, nothing());
    this.ampsScatter = Number.NaN;
    this.#waiting.length = 0;
    this.#seen = 0;
  }

  write(out: PackedWriter): void {
    for (const q of quantities) out.float64(this.usual[q]);
    out.float64(this.ampsScatter);
    out.count(this.#seen);
    out.count(this.#waiting.length);
    for (const { values, scatter } of this.#waiting) {
      for (const q of quantities) out.float64(values[q]);
      out.float64(scatter);
    }
  }

  restore(from: PackedReader): void {
    for (const q of quantities) this.usual[q] = from.float64();
    this.ampsScatter = from.float64();
    this.#seen = from.count();
    this.#waiting.length = 0;
    for (let left = from.count(); left > 0; left--) {
      const values = nothing();
      for (const q of quantities) values[q] = from.float64();
      this.#waiting.push({ values, scatter: from.float64() });
    }
  }

  get ready(): boolean {
    return this.#seen >= leastMinutes;
  }
}

function towards(from: number, to: number, share: number): number {
  if (Number.isNaN(to)) return from;
  return Number.isNaN(from) ? to : from + share * (to - from);
}
