/** The reused columns that frames are decoded into: they grow to a limit, shrink back when large frames stay away. */
import type { Reading } from '#schemas/records/reading.js';

export interface FrameLimits {
  readonly samplesMax: number;
  readonly seriesMax: number;
}

/** A day of one tag at 1 Hz is 86,400 samples; a few hundred is the rule. Tags of a well: some tens. */
export const frameLimitsDefault: FrameLimits = { samplesMax: 200_000, seriesMax: 1024 };

const samplesFirst = 4096;
const seriesFirst = 64;
/** Frames after which the columns may shrink by half. */
const shrinkFrames = 1024;

/** Invariant: outside the series of the current frame that are not `allGood`, `quality` is 0, so good series write none. */
export class ReadingColumns implements Reading {
  tenant = '';
  site = '';
  well = '';
  stream = '';
  epoch = 0;
  seq = 0;
  t0Ms = 0;
  historical = false;
  seriesCount = 0;
  sampleCount = 0;
  tags: string[] = Array.from({ length: seriesFirst }, () => '');
  starts = new Int32Array(seriesFirst + 1);
  dtMs = new Int32Array(samplesFirst);
  values = new Float32Array(samplesFirst);
  /** The bits of `values`, so that a NaN keeps its payload. */
  valueBits = new Int32Array(this.values.buffer);
  quality = new Uint8Array(samplesFirst);
  allGood = new Uint8Array(seriesFirst);
  ordered = new Uint8Array(seriesFirst);
  readonly limits: FrameLimits;
  /** Most samples of a frame since the columns could last shrink. */
  #peak = 0;
  #frames = 0;

  constructor(limits: FrameLimits = frameLimitsDefault) {
    this.limits = limits;
  }

  /** Forgets the last frame. */
  begin(): void {
    for (let s = 0; s < this.seriesCount; s++) {
      if (this.allGood[s] === 0) this.quality.fill(0, this.starts[s], this.starts[s + 1]);
    }
    this.seriesCount = 0;
    this.sampleCount = 0;
    if (++this.#frames >= shrinkFrames) {
      const capacity = this.dtMs.length;
      if (capacity > samplesFirst && this.#peak * 4 <= capacity)
        this.#resize(Math.max(capacity >>> 1, samplesFirst));
      this.#frames = 0;
      this.#peak = 0;
    }
  }

  /** Makes room for `samples` in the whole frame; false beyond the limit. */
  reserve(samples: number): boolean {
    if (samples > this.limits.samplesMax) return false;
    if (samples > this.dtMs.length) {
      let capacity = this.dtMs.length;
      while (capacity < samples) capacity *= 2;
      this.#resize(Math.min(capacity, Math.max(this.limits.samplesMax, samplesFirst)));
    }
    if (samples > this.#peak) this.#peak = samples;
    return true;
  }

  /** Opens the next series; false beyond the limit. Its samples begin at `sampleCount`. */
  openSeries(tag: string): boolean {
    const s = this.seriesCount;
    if (s >= this.limits.seriesMax) return false;
    if (s + 2 > this.starts.length) this.#resizeSeries();
    this.tags[s] = tag;
    this.starts[s] = this.sampleCount;
    this.starts[s + 1] = this.sampleCount;
    this.allGood[s] = 1;
    this.ordered[s] = 1;
    this.seriesCount = s + 1;
    return true;
  }

  #resize(capacity: number): void {
    const kept = Math.min(this.dtMs.length, capacity);
    const dtMs = new Int32Array(capacity);
    dtMs.set(this.dtMs.subarray(0, kept));
    const valueBits = new Int32Array(capacity);
    valueBits.set(this.valueBits.subarray(0, kept));
    const quality = new Uint8Array(capacity);
    quality.set(this.quality.subarray(0, kept));
    this.dtMs = dtMs;
    this.valueBits = valueBits;
    this.values = new Float32Array(valueBits.buffer);
    this.quality = quality;
  }

  #resizeSeries(): void {
    const capacity = this.allGood.length * 2;
    const starts = new Int32Array(capacity + 1);
    starts.set(this.starts);
    const allGood = new Uint8Array(capacity);
    allGood.set(this.allGood);
    const ordered = new Uint8Array(capacity);
    ordered.set(this.ordered);
    this.starts = starts;
    this.allGood = allGood;
    this.ordered = ordered;
  }
}
