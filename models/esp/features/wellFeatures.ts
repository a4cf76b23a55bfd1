/** One well's features, kept up sample by sample: minute → hour → day, each channel as its distance from the well's own baseline. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { Equipment } from '../equipment.js';
import { Baseline } from './baseline.js';
import { channelCount, channelIndex, comparedCount } from './channels.js';
import { HourLevels } from './hourLevels.js';
import { MinuteMean } from './minuteMean.js';
import { followsPoint, OperatingPoint } from './operatingPoint.js';
import { Ring } from './ring.js';

export const hourMs = 3_600_000;
const hoursKept = 168;
const daysKept = 90;
/** Days end at 06:00 UTC: a score is made then. */
export const dayEndHour = 6;
/** A pump that stood still so long was pulled or worked over, unless the records say otherwise: a swap takes days. */
export const pulledAfterHours = 72;

const runningAt = channelIndex('running');

export class WellFeatures {
  readonly equipment: Equipment;
  /** Distances from baseline an hour, the newest last. */
  readonly hours: Ring = new Ring(hoursKept, channelCount);
  /** Means of the hours of a day. */
  readonly days: Ring = new Ring(daysKept, channelCount);
  readonly baseline: Baseline = new Baseline();
  readonly #minute = new MinuteMean();
  readonly #hour: HourLevels;
  readonly #point = new OperatingPoint();
  readonly #moved = new Float64Array(comparedCount);
  readonly #distances = new Float32Array(channelCount);
  readonly #daySum = new Float64Array(channelCount);
  readonly #dayCount = new Uint8Array(channelCount);
  #hourIndex = -1;
  /** Counts resets: a new pump, a workover, a pull. */
  installations = 0;
  #installedMs: number | null;
  #firstMs = Number.NaN;
  #silentHours = 0;
  #downHours = 0;
  /** Counts what changes the part that `writeHours` writes. */
  hoursRevision = 0;

  constructor(equipment: Equipment) {
    this.equipment = equipment;
    this.#hour = new HourLevels(equipment);
    this.#installedMs = equipment.installedMs;
  }

  /** Since the installation if known, else since the first sample; days. */
  runLifeDays(nowMs: number): number {
    const fromMs = this.#installedMs ?? this.#firstMs;
    return Math.max(nowMs - fromMs, 0) / (24 * hourMs);
  }

  /** As far as is known: by a record, or by a stop as long as that of a swap. */
  get installedMs(): number | null {
    return this.#installedMs;
  }

  /** Of the first sample; NaN before. */
  get firstMs(): number {
    return this.#firstMs;
  }

  /** The same pump went in at another time than was believed. */
  correctInstalled(atMs: number): void {
    this.#installedMs = atMs;
    this.hoursRevision++;
  }

  /** When each signal was last there, in the order of `signalNames`; NaN before. */
  get lastSeenMs(): Float64Array {
    return this.#minute.lastSeenMs;
  }

  /** Whole hours in a row, up to now, in which the pump was seen not to run. */
  get downHours(): number {
    return this.#downHours;
  }

  /** Whole hours in a row, up to now, without any sample. */
  get silentHours(): number {
    return this.#silentHours;
  }

  /** Values in the order of `signalNames` from `at` on; times must not fall. */
  push(timeMs: number, values: Float32Array, at = 0): void {
    const minuteBefore = this.#minute.minute;
    if (this.#minute.add(timeMs, values, at)) this.#closeMinute(minuteBefore);
    if (Number.isNaN(this.#firstMs)) {
      this.#firstMs = timeMs;
      this.hoursRevision++;
    }
    this.#toHour(Math.floor(timeMs / hourMs));
  }

  /** Closes all that ended at or before `timeMs`, though nothing was heard: call before reading a row. */
  advance(timeMs: number): void {
    const minuteBefore = this.#minute.minute;
    if (minuteBefore >= 0 && (minuteBefore + 1) * 60_000 <= timeMs) {
      this.#minute.close();
      this.#closeMinute(minuteBefore);
    }
    if (this.#hourIndex >= 0) this.#toHour(Math.floor(timeMs / hourMs));
  }

  /** A new pump, a workover or a pull: what was normal is no more. */
  reset(atMs: number, installed: boolean): void {
    this.installations++;
    this.hoursRevision++;
    this.baseline.reset();
    this.#point.reset();
    this.hours.clear();
    this.days.clear();
    this.#daySum.fill(0);
    this.#dayCount.fill(0);
    if (installed) this.#installedMs = atMs;
  }

  /** What changes with every minute: about 3 KB. */
  writeMinutes(out: PackedWriter): void {
    this.#minute.write(out);
    this.#hour.write(out);
  }

  /** What changes with every hour: about 75 KB while the baseline is learned, 45 KB after. */
  writeHours(out: PackedWriter): void {
    this.hours.write(out);
    this.days.write(out);
    this.baseline.write(out);
    this.#point.write(out);
    out.block(this.#daySum);
    out.block(this.#dayCount);
    out.integer(this.#hourIndex);
    for (const n of [this.installations, this.#silentHours, this.#downHours]) out.count(n);
    out.float64(this.#installedMs ?? Number.NaN);
    out.float64(this.#firstMs);
  }

  restoreMinutes(from: PackedReader): void {
    this.#minute.restore(from);
    this.#hour.restore(from);
  }

  restoreHours(from: PackedReader): void {
    this.hours.restore(from);
    this.days.restore(from);
    this.baseline.restore(from);
    this.#point.restore(from);
    from.block(this.#daySum);
    from.block(this.#dayCount);
    this.#hourIndex = from.integer();
    this.installations = from.count();
    this.#silentHours = from.count();
    this.#downHours = from.count();
    const installedMs = from.float64();
    // What the equipment says now is told later than what was stored, where that said nothing.
    if (!Number.isNaN(installedMs)) this.#installedMs = installedMs;
    this.#firstMs = from.float64();
  }

  #closeMinute(minute: number): void {
    const hour = Math.floor(minute / 60);
    this.#toHour(hour);
    this.#hour.addMinute(minute * 60_000, this.#minute.row);
  }

  #toHour(hour: number): void {
    if (this.#hourIndex < 0) this.#hourIndex = hour;
    // A silence longer than all that is kept needs no hour-by-hour walk.
    if (hour - this.#hourIndex > hoursKept + 24 * daysKept) {
      this.reset(hour * hourMs, false);
      this.#hourIndex = hour;
    }
    while (this.#hourIndex < hour) {
      this.hoursRevision++;
      this.#closeHour();
      this.#hourIndex++;
      if (this.#hourIndex % 24 === dayEndHour) this.#closeDay();
    }
  }

  #closeHour(): void {
    const hour = this.#hour;
    const heard = hour.minutes > 0;
    hour.close();
    const { row } = hour;
    this.#silentHours = heard ? 0 : this.#silentHours + 1;
    if (heard) {
      const down = (row[runningAt] as number) < 0.5;
      if (!down && this.#downHours >= pulledAfterHours) this.reset(this.#hourIndex * hourMs, true);
      this.#downHours = down ? this.#downHours + 1 : 0;
    } else if (this.#downHours > 0) this.#downHours++;
    if (hour.ran) {
      if (this.baseline.learn(row, this.#moved)) this.#shift();
      this.#point.follow(row);
    }
    const out = this.#distances;
    for (let c = 0; c < comparedCount; c++) {
      // While a change of frequency or choke settles, what it moves cannot be compared.
      const offset =
        this.#point.settling && followsPoint[c] === 1 ? Number.NaN : (this.#point.offset[c] as number);
      out[c] = (row[c] as number) - (this.baseline.middle[c] as number) - offset;
    }
    for (let c = comparedCount; c < channelCount; c++) out[c] = row[c] as number;
    this.hours.push(out);
    for (let c = 0; c < channelCount; c++) {
      const x = out[c] as number;
      if (x !== x) continue;
      this.#daySum[c] = (this.#daySum[c] as number) + x;
      this.#dayCount[c] = (this.#dayCount[c] as number) + 1;
    }
  }

  #closeDay(): void {
    const out = this.#distances;
    for (let c = 0; c < channelCount; c++) {
      const n = this.#dayCount[c] as number;
      out[c] = n === 0 ? Number.NaN : (this.#daySum[c] as number) / n;
    }
    this.days.push(out);
    this.#daySum.fill(0);
    this.#dayCount.fill(0);
  }

  /** The baseline moved: what is kept moves with it. */
  #shift(): void {
    for (let c = 0; c < comparedCount; c++) {
      const by = this.#moved[c] as number;
      if (by === 0) continue;
      this.hours.addToColumn(c, -by);
      this.days.addToColumn(c, -by);
      this.#daySum[c] = (this.#daySum[c] as number) - by * (this.#dayCount[c] as number);
    }
  }
}
