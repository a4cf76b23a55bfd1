/** One well and lane as the multivariate detector sees it: its signals, the minute being filled, what is open; its bytes. */
import { BalancinError } from '#schemas/errors.js';
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { Multivariate } from './multivariate.js';
import { type StreamedMultivariateConfig, streamedMultivariateConfig } from './multivariateConfig.js';

/** Both lanes of a well fit 4 kB of state with so many signals each; what appears beyond is not looked at. */
const wellSignalsMax = 14;
/** Signals named in an explanation: what a person reads. */
const sharesMax = 3;

const minuteMs = 60_000;

/** A finding as it stands; `shares` are ids of tags and their parts of the distance, greatest first. */
export interface OpenTogether {
  readonly startMs: number;
  /** The tag that left the others furthest. */
  readonly tagId: number;
  readonly expected: number;
  readonly actual: number;
  readonly worst: number;
  readonly shares: readonly (readonly [tagId: number, share: number])[];
}

/** What a minute brought: a finding opened, ended or ended as a new normal. */
export type TogetherChange = 'opened' | 'ended' | 'new-normal' | null;

export class WellTogether {
  /** Ids of the tags in the tenant, in order of their appearance. */
  readonly tagIds: number[] = [];
  /** 1 where the sensor has a finding of its own. */
  readonly distrusted = new Uint8Array(wellSignalsMax);
  /** The minute being filled, counted since 1970; -1 before the first. */
  minute = -1;
  finding: OpenTogether | null = null;
  readonly #config: StreamedMultivariateConfig;
  readonly #row = new Float64Array(wellSignalsMax).fill(Number.NaN);
  #detector: Multivariate | null = null;
  #judged = -1;
  /** Rows since signals began to be collected, as long as there is no detector. */
  #collected = 0;
  /** Minute of the last change somebody made, and of the first row of a run beyond the limit; -1 for none. */
  #changed = -1;
  #followed = 0;
  #runStart = -1;
  /** The signal asked for last. */
  #last = -1;

  constructor(config: StreamedMultivariateConfig = streamedMultivariateConfig) {
    this.#config = config;
  }

  /** The number of a tag among the well's signals, -1 where it came too late or there is no room. */
  signalOf(tagId: number): number {
    // Tags of a minute mostly come in the order in which they came first.
    const next = this.#last + 1;
    if (this.tagIds[next] === tagId) return (this.#last = next);
    const known = this.tagIds.indexOf(tagId);
    this.#last = known;
    if (known >= 0 || this.#detector !== null || this.tagIds.length >= wellSignalsMax) return known;
    return this.tagIds.push(tagId) - 1;
  }

  /** `NaN`: nothing usable in this minute. */
  put(signal: number, mean: number): void {
    this.#row[signal] = this.distrusted[signal] === 1 ? Number.NaN : Math.fround(mean);
  }

  /** Somebody changed how the well runs, or nobody knows what it did: its levels are found anew. */
  change(minute: number): void {
    this.#changed = minute;
    this.#followed = 0;
  }

  /** The next minute begins; a silence counts as a change; after a long one, or where asked, all begins anew. */
  advance(minute: number, anew: boolean): void {
    const passed = this.minute < 0 ? 0 : minute - this.minute;
    if (anew || passed > this.#config.forgetMinutes) this.begin();
    else if (passed > this.#config.gapMinutes) this.change(minute);
    this.minute = minute;
  }

  /** Judges the minute that was filled, once. What changed is in `finding`; who says its end sets it to null. */
  judge(): TogetherChange {
    if (this.minute < 0 || this.minute <= this.#judged) return null;
    this.#judged = this.minute;
    const change = this.#step();
    this.#row.fill(Number.NaN);
    return change;
  }

  #step(): TogetherChange {
    const { collectRows, mutedMinutes, settledMinutes } = this.#config;
    // What was open when all began anew ends: nothing is known of it any more.
    if (this.#detector === null && this.finding !== null) return 'ended';
    if (this.#detector === null) {
      if (++this.#collected >= collectRows && this.tagIds.length >= 2)
        this.#detector = new Multivariate(this.tagIds.length, {
          adaptive: true,
          config: this.#config,
          stored: true,
        });
      return null;
    }
    const detector = this.#detector;
    const sinceChange = this.#changed < 0 ? Number.POSITIVE_INFINITY : this.minute - this.#changed;
    // While it learns a change begins all anew: half of what was learned is of another state.
    if (sinceChange < mutedMinutes && !detector.learned) {
      this.#detector = new Multivariate(detector.signals, {
        adaptive: true,
        config: this.#config,
        stored: true,
      });
      return this.#end();
    }
    if (sinceChange < mutedMinutes) {
      detector.follow(this.#row, Math.max(1 / ++this.#followed, 1 / 10));
      detector.settle();
      return this.#end();
    }
    const score = detector.step(this.#row);
    if (score < 1) this.#runStart = -1;
    else if (this.#runStart < 0) this.#runStart = this.minute;
    if (this.finding === null)
      return detector.alert
        ? this.#open(detector, score)
        : this.#relearn(detector, sinceChange < settledMinutes && score < 1);
    if (score > this.finding.worst) this.finding = this.#seen(detector, score, this.finding.startMs);
    if (!detector.alert) return this.#end();
    if (this.minute * minuteMs - this.finding.startMs < this.#config.openMsMax) return null;
    this.begin();
    return 'new-normal';
  }

  #open(detector: Multivariate, score: number): TogetherChange {
    this.finding = this.#seen(
      detector,
      score,
      (this.#runStart < 0 ? this.minute : this.#runStart) * minuteMs,
    );
    return 'opened';
  }

  #end(): TogetherChange {
    return this.finding === null ? null : 'ended';
  }

  /** After the mute levels are still found more exactly, by rows that do not look unusual. */
  #relearn(detector: Multivariate, settling: boolean): null {
    if (settling) detector.follow(this.#row, 1 / (10 + this.#followed++));
    return null;
  }

  /** Forgets all but the open finding, which whoever calls says. */
  begin(): void {
    this.#detector = null;
    this.#collected = 0;
    this.#changed = -1;
    this.#runStart = -1;
    this.tagIds.length = 0;
    this.distrusted.fill(0);
    this.#row.fill(Number.NaN);
  }

  #seen(detector: Multivariate, score: number, startMs: number): OpenTogether {
    const parts = new Float64Array(detector.signals);
    detector.contributions(parts);
    const shares = [...parts.entries()]
      .sort(([i, a], [j, b]) => b - a || i - j)
      .slice(0, sharesMax)
      .map(([signal, share]) => [this.tagIds[signal] as number, Math.fround(share)] as const);
    const tagId = shares[0]?.[0] ?? 0;
    const said = { expected: 0, actual: 0 };
    detector.expectation(this.tagIds.indexOf(tagId), said);
    const { expected, actual } = { expected: Math.fround(said.expected), actual: Math.fround(said.actual) };
    return { startMs, tagId, expected, actual, worst: Math.fround(score), shares };
  }

  write(out: PackedWriter): void {
    out.count(this.tagIds.length);
    for (const [i, tagId] of this.tagIds.entries()) {
      out.count(tagId * 2 + (this.distrusted[i] as number));
      out.float32(this.#row[i] as number);
    }
    for (const minute of [this.minute, this.#judged, this.#changed, this.#runStart]) out.integer(minute);
    out.count(this.#collected);
    out.count(this.#followed);
    const { finding } = this;
    out.byte(finding === null ? 0 : 1);
    if (finding !== null) {
      out.count(finding.startMs);
      out.count(finding.tagId);
      for (const value of [finding.expected, finding.actual, finding.worst]) out.float32(value);
      out.byte(finding.shares.length);
      for (const [tagId, share] of finding.shares) {
        out.count(tagId);
        out.float32(share);
      }
    }
    out.byte(this.#detector === null ? 0 : 1);
    if (this.#detector !== null) out.float32s(this.#detector.state);
  }

  /** Throws STATE_VERSION where the bytes hold more signals than there may be. */
  static read(from: PackedReader, config?: StreamedMultivariateConfig): WellTogether {
    const well = new WellTogether(config);
    const signals = from.count();
    if (signals > wellSignalsMax)
      throw new BalancinError(
        'STATE_VERSION',
        `${signals} signals of a well are stored, ${wellSignalsMax} may be`,
      );
    for (let i = 0; i < signals; i++) {
      const packed = from.count();
      well.tagIds.push(Math.floor(packed / 2));
      well.distrusted[i] = packed % 2;
      well.#row[i] = from.float32();
    }
    well.minute = from.integer();
    well.#judged = from.integer();
    well.#changed = from.integer();
    well.#runStart = from.integer();
    well.#collected = from.count();
    well.#followed = from.count();
    if (from.byte() === 1) {
      const startMs = from.count();
      const tagId = from.count();
      const [expected, actual, worst] = [from.float32(), from.float32(), from.float32()];
      const shares = Array.from({ length: from.byte() }, () => [from.count(), from.float32()] as const);
      well.finding = { startMs, tagId, expected, actual, worst, shares };
    }
    if (from.byte() === 1) {
      const detector = new Multivariate(signals, { adaptive: true, config: well.#config, stored: true });
      for (let i = 0; i < detector.state.length; i++) detector.state[i] = from.float32();
      well.#detector = detector;
    }
    return well;
  }
}
