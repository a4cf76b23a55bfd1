/** Wells with their truth as rows to learn from: one a well-day at 06:00, with what came after it. */
import { dayMs } from '../dayScore.js';
import { replayDays } from '../features/replayDays.js';
import { fillSummary, summaryWidth } from '../features/summaryRow.js';
import { failureModes } from '../modes.js';
import type { WellFailure, WellSeries } from '../wellSeries.js';
import type { NetTargets } from './fitHazardNet.js';
import { GrowingRows } from './growingRows.js';

export interface LabelledRows extends NetTargets {
  /** summaryWidth a row. */
  readonly summary: Float32Array;
  readonly rows: number;
  /** Which well a row is of, counted from 0. */
  readonly well: Uint32Array;
  readonly timesMs: Float64Array;
  /** 1 where the next 30 days are wholly known, or end in a failure. */
  readonly known30: Uint8Array;
}

/** A pump that stands for so long has nothing to be scored: the judge drops days down as well. */
const downHoursMost = 12;
const horizonDays = [7, 30] as const;

export class TrainingRows {
  readonly #summary = new GrowingRows(summaryWidth);
  readonly #labels: { f7: number; f30: number; mode: number; well: number; ms: number; known: number }[] = [];
  readonly #keep: () => boolean;
  #wells = 0;

  /** `keep` thins out rows without a failure ahead. */
  constructor(keep: () => boolean = () => true) {
    this.#keep = keep;
  }

  /**
   * `failure` is the well's first; it may lie beyond `observedToMs`, where it is known all the same. One without any sign
   * before it teaches nothing: its days count as days without, as the judge counts them.
   */
  add(series: WellSeries, failure: WellFailure | undefined, observedToMs: number): void {
    const well = this.#wells++;
    const endMs = failure?.failureMs ?? observedToMs - horizonDays[0] * dayMs;
    replayDays(series, (features, ms) => {
      if (ms >= endMs || features.downHours > downHoursMost) return;
      const toFailureMs =
        failure === undefined || failure.sudden ? Number.POSITIVE_INFINITY : failure.failureMs - ms;
      const f7 = toFailureMs <= horizonDays[0] * dayMs ? 1 : 0;
      const f30 = f7 === 0 && toFailureMs <= horizonDays[1] * dayMs ? 1 : 0;
      if (f7 + f30 === 0 && !this.#keep()) return;
      const seen = failure !== undefined && ms > failure.onsetMs && f7 + f30 > 0;
      this.#labels.push({
        f7,
        f30,
        mode: seen ? failureModes.indexOf(failure.mode) : -1,
        well,
        ms,
        known: failure !== undefined || ms + horizonDays[1] * dayMs <= observedToMs ? 1 : 0,
      });
      const summary = this.#summary.next();
      fillSummary(features, summary.values, summary.at);
    });
  }

  get all(): LabelledRows {
    const labels = this.#labels;
    return {
      rows: labels.length,
      summary: this.#summary.all,
      fails7: Float32Array.from(labels, (l) => l.f7),
      fails30: Float32Array.from(labels, (l) => l.f30),
      mode: Int8Array.from(labels, (l) => l.mode),
      well: Uint32Array.from(labels, (l) => l.well),
      timesMs: Float64Array.from(labels, (l) => l.ms),
      known30: Uint8Array.from(labels, (l) => l.known),
    };
  }
}
