/** The running minutes of an hour as one row of channel levels. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { Equipment } from '../equipment.js';
import { type SignalName, signalNames } from '../signals.js';
import { channelCount, channelIndex, channels, comparedCount } from './channels.js';
import { fillMinuteLevels, isRunning, minuteLevels } from './minuteChannels.js';
import { createPumpFactors, type PumpFactors } from './pumpFactors.js';

const width = signalNames.length;
const at = (name: SignalName): number => signalNames.indexOf(name);
const gauge = [at('esp.pip'), at('esp.pdp'), at('esp.ti'), at('esp.tm'), at('esp.vx')];
const surface = [at('esp.ia'), at('esp.f'), at('esp.kw'), at('well.whp')];
const tripAt = at('esp.trip');
const factorsAt = channelIndex('headFactor');
const spreads = channels.flatMap((c, i) =>
  c.kind === 'spread' ? [[i, channelIndex(c.of ?? '')] as const] : [],
);
const [runningAt, startsAt, tripsAt, lostAt] = [
  channelIndex('running'),
  channelIndex('starts'),
  channelIndex('trips'),
  channelIndex('gaugeLost'),
];

/** No level comes near it: logarithms, degrees and shares. */
const levelMost = 1e4;

/** Heat and annulus take so long to come near their place after a start [domain.md B1: motor τ ≈ 10–30 min]. */
const settleMs = 45 * 60_000;

export class HourLevels {
  /** Of the hour last closed: what `channels` lists, NaN where unknown. */
  readonly row: Float64Array = new Float64Array(channelCount);
  /** Means of the running minutes, in the order of `signalNames`. */
  readonly signals: Float64Array = new Float64Array(width);
  readonly #levels = new Float64Array(minuteLevels);
  readonly #sum = new Float64Array(minuteLevels);
  readonly #square = new Float64Array(minuteLevels);
  readonly #first = new Float64Array(minuteLevels);
  readonly #count = new Uint16Array(minuteLevels);
  readonly #signalSum = new Float64Array(width);
  readonly #signalCount = new Uint16Array(width);
  readonly #factors: (hour: Float64Array, out: PumpFactors) => void;
  readonly #factor: PumpFactors = { head: Number.NaN, load: Number.NaN, rateBalance: Number.NaN };
  #minutes = 0;
  #runningMinutes = 0;
  #starts = 0;
  #trips = 0;
  #gaugeLost = 0;
  #surfaceMinutes = 0;
  #ran: boolean | null = null;
  #trip = 0;
  #startedMs = Number.NEGATIVE_INFINITY;

  constructor(equipment: Equipment) {
    this.#factors = createPumpFactors(equipment);
  }

  addMinute(timeMs: number, v: Float32Array): void {
    this.#minutes++;
    const runs = isRunning(v);
    if (runs && this.#ran === false) {
      this.#starts++;
      this.#startedMs = timeMs;
    }
    this.#ran = runs;
    const trip = v[tripAt] as number;
    if (trip > 0 && this.#trip === 0) this.#trips++;
    if (trip === trip) this.#trip = trip;
    if (surface.some((i) => v[i] === v[i])) {
      this.#surfaceMinutes++;
      if (gauge.every((i) => v[i] !== v[i])) this.#gaugeLost++;
    }
    if (!runs) return;
    this.#runningMinutes++;
    if (timeMs - this.#startedMs < settleMs) return;
    for (let i = 0; i < width; i++) {
      const x = v[i] as number;
      if (x !== x) continue;
      this.#signalSum[i] = (this.#signalSum[i] as number) + x;
      this.#signalCount[i] = (this.#signalCount[i] as number) + 1;
    }
    fillMinuteLevels(v, this.#levels);
    for (let c = 0; c < minuteLevels; c++) {
      const x = this.#levels[c] as number;
      // NaN is missing; an infinity is a ratio to nothing.
      if (!(Math.abs(x) < levelMost)) continue;
      const n = this.#count[c] as number;
      if (n === 0) this.#first[c] = x;
      const d = x - (this.#first[c] as number);
      this.#sum[c] = (this.#sum[c] as number) + d;
      this.#square[c] = (this.#square[c] as number) + d * d;
      this.#count[c] = n + 1;
    }
  }

  /** Minutes of the hour in which anything was heard. */
  get minutes(): number {
    return this.#minutes;
  }

  /** Fills `row`, begins the next hour. */
  close(): void {
    const { row, signals } = this;
    row.fill(Number.NaN);
    for (let c = 0; c < minuteLevels; c++) {
      const n = this.#count[c] as number;
      if (n > 0) row[c] = (this.#first[c] as number) + (this.#sum[c] as number) / n;
    }
    for (let i = 0; i < width; i++) {
      const n = this.#signalCount[i] as number;
      signals[i] = n === 0 ? Number.NaN : (this.#signalSum[i] as number) / n;
    }
    this.#factors(signals, this.#factor);
    row[factorsAt] = this.#factor.head;
    row[factorsAt + 1] = this.#factor.load;
    row[factorsAt + 2] = this.#factor.rateBalance;
    for (const [c, of] of spreads) {
      const n = this.#count[of] as number;
      if (n < 4) continue;
      const mean = (this.#sum[of] as number) / n;
      const variance = Math.max((this.#square[of] as number) / n - mean * mean, 0);
      row[c] = Math.log(Math.sqrt(variance) + 0.001);
    }
    if (this.#minutes > 0) {
      row[runningAt] = this.#runningMinutes / this.#minutes;
      row[startsAt] = this.#starts;
      row[tripsAt] = this.#trips;
      if (this.#surfaceMinutes > 0) row[lostAt] = this.#gaugeLost / this.#surfaceMinutes;
    }
    this.#sum.fill(0);
    this.#square.fill(0);
    this.#count.fill(0);
    this.#signalSum.fill(0);
    this.#signalCount.fill(0);
    this.#minutes = this.#runningMinutes = this.#starts = this.#trips = 0;
    this.#gaugeLost = this.#surfaceMinutes = 0;
  }

  write(out: PackedWriter): void {
    for (const block of this.#blocks()) out.block(block);
    for (const n of [
      this.#minutes,
      this.#runningMinutes,
      this.#starts,
      this.#trips,
      this.#gaugeLost,
      this.#surfaceMinutes,
    ])
      out.count(n);
    out.integer(this.#ran === null ? -1 : Number(this.#ran));
    out.float64(this.#trip);
    out.float64(this.#startedMs);
  }

  restore(from: PackedReader): void {
    for (const block of this.#blocks()) from.block(block);
    [this.#minutes, this.#runningMinutes, this.#starts] = [from.count(), from.count(), from.count()];
    [this.#trips, this.#gaugeLost, this.#surfaceMinutes] = [from.count(), from.count(), from.count()];
    const ran = from.integer();
    this.#ran = ran < 0 ? null : ran === 1;
    this.#trip = from.float64();
    this.#startedMs = from.float64();
  }

  /** Of the hour under way; `row` and `signals` are read when they are made. */
  #blocks(): ArrayBufferView[] {
    return [this.#sum, this.#square, this.#first, this.#count, this.#signalSum, this.#signalCount];
  }

  /** Whether the pump ran in the hour last closed, by its levels: some channel is there. */
  get ran(): boolean {
    for (let c = 0; c < comparedCount; c++) if (this.row[c] === this.row[c]) return true;
    return false;
  }
}
