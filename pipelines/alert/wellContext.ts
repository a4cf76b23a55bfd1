/** What a well is doing and what it makes, from the few signals that say so: the known states that are no anomalies. */
import type { WellState } from '#schemas/records/alert.js';
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { AlertLimits } from './alertLimits.js';

/** Signals the context listens to; the place in this list is their number. */
export const contextTags = [
  'well.choke',
  'esp.f',
  'srp.spm',
  'esp.run',
  'srp.run',
  'well.qo',
  'well.ql',
  'well.wcut',
] as const;
const qo = 5;
const ql = 6;
const waterCut = 7;
const settable = 3;

/** A move of more than this is a change somebody made: 2 % of choke, 0.5 Hz, 0.2 strokes a minute (resolution of drives and actuators). */
const moveMin = [2, 0.5, 0.2] as const;
/** A choke closed to less, %, or a drive slower, Hz and strokes a minute, does not produce. */
const closedBelow = [1, 5, 0.5] as const;
/** Time constant of the rate that is expected of the well, minutes: a day. */
const expectedMinutes = 1_440;
/** Of the rate it makes now. */
const actualMinutes = 30;
/** Minutes of rate before either is believed. */
const rateMinutesMin = 30;

export class WellContext {
  /** End of the newest minute of any signal, ms. */
  newestMs = 0;
  /** Settled value of choke, frequency, strokes; NaN where never seen. */
  readonly #settled = new Float64Array(settable).fill(Number.NaN);
  #changedMs = 0;
  #startedMs = 0;
  /** 1 producing, 0 shut-in, -1 nothing says so. */
  #running = -1;
  #testUntilMs = 0;
  #liquid = Number.NaN;
  #waterCut = Number.NaN;
  #expected = Number.NaN;
  #actual = Number.NaN;
  #rateMinutes = 0;
  /** From records, where no rate is measured: m³/d; NaN where unknown. */
  #recordedOil = Number.NaN;

  /** A minute of the context tag with this number. `frozen`: an event is open, so nothing is learned from it. */
  note(tag: number, startMs: number, minuteMean: number, frozen: boolean): void {
    if (Number.isNaN(minuteMean)) return;
    // Rounded to what the state keeps in four bytes: sensors carry less.
    const mean = Math.fround(minuteMean);
    if (tag < settable) this.#noteSetting(tag, startMs, mean);
    else if (tag === 3 || tag === 4) this.#noteRunning(mean >= 0.5, startMs);
    else if (tag === qo) this.#noteOil(mean, frozen);
    else if (tag === waterCut) this.#waterCut = Math.min(100, Math.max(0, mean));
    else if (tag === ql) {
      this.#liquid = mean;
      if (!Number.isNaN(this.#waterCut)) this.#noteOil(mean * (1 - this.#waterCut / 100), frozen);
    }
  }

  #noteSetting(tag: number, startMs: number, mean: number): void {
    const settled = this.#settled[tag] as number;
    if (Number.isNaN(settled)) {
      this.#settled[tag] = mean;
    } else if (Math.abs(mean - settled) > (moveMin[tag] as number)) {
      this.#settled[tag] = mean;
      this.#changedMs = startMs;
    }
    // What runs is said by a run signal where there is one; the choke closes a well whatever its pump says.
    const closed = mean < (closedBelow[tag] as number);
    if (closed) this.#noteRunning(false, startMs);
    else if (this.#running === 0 && (Number.isNaN(settled) || settled < (closedBelow[tag] as number)))
      this.#noteRunning(true, startMs);
    else if (this.#running === -1) this.#running = 1;
  }

  #noteRunning(running: boolean, startMs: number): void {
    if (running && this.#running === 0) this.#startedMs = startMs;
    this.#running = running ? 1 : 0;
  }

  #noteOil(m3PerDay: number, frozen: boolean): void {
    this.#rateMinutes++;
    const follow = (old: number, minutes: number): number =>
      Number.isNaN(old) ? m3PerDay : old + (m3PerDay - old) / Math.min(minutes, this.#rateMinutes);
    this.#actual = Math.fround(follow(this.#actual, actualMinutes));
    if (!frozen && this.#running !== 0) this.#expected = Math.fround(follow(this.#expected, expectedMinutes));
  }

  /** A well test or a day's production said so. */
  noteRecordedOil(m3PerDay: number): void {
    this.#recordedOil = Math.fround(m3PerDay);
  }

  noteTest(untilMs: number): void {
    this.#testUntilMs = Math.max(this.#testUntilMs, untilMs);
  }

  /** By the well's own time, so that a replay says the same. */
  stateAt(limits: AlertLimits): WellState {
    const { newestMs } = this;
    if (newestMs < this.#testUntilMs) return 'testing';
    if (this.#running === 0) return 'shut-in';
    if (this.#startedMs > 0 && newestMs - this.#startedMs < limits.settlingMs) return 'starting';
    if (this.#changedMs > 0 && newestMs - this.#changedMs < limits.settlingMs) return 'changing';
    return this.#running === 1 ? 'producing' : 'unknown';
  }

  /** Expected less actual oil, m³/d, never below zero; null without a rate to compare. */
  deferredOil(): number | null {
    const expected = this.#rateMinutes >= rateMinutesMin ? this.#expected : this.#recordedOil;
    if (Number.isNaN(expected)) return null;
    if (this.#running === 0) return Math.max(0, expected);
    if (this.#rateMinutes < rateMinutesMin) return null;
    return Math.max(0, expected - this.#actual);
  }

  write(out: PackedWriter): void {
    for (const value of this.#settled) out.float32(value);
    for (const ms of [this.newestMs, this.#changedMs, this.#startedMs, this.#testUntilMs]) out.count(ms);
    out.integer(this.#running);
    for (const value of [this.#liquid, this.#waterCut, this.#expected, this.#actual, this.#recordedOil])
      out.float32(value);
    out.count(this.#rateMinutes);
  }

  static read(from: PackedReader): WellContext {
    const context = new WellContext();
    for (let i = 0; i < settable; i++) context.#settled[i] = from.float32();
    context.newestMs = from.count();
    context.#changedMs = from.count();
    context.#startedMs = from.count();
    context.#testUntilMs = from.count();
    context.#running = from.integer();
    context.#liquid = from.float32();
    context.#waterCut = from.float32();
    context.#expected = from.float32();
    context.#actual = from.float32();
    context.#recordedOil = from.float32();
    context.#rateMinutes = from.count();
    return context;
  }
}
