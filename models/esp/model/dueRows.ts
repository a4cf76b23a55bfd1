/** Wells at the moments at which they are due, scored together: what files and the stream have in common. */
import type { Backend } from '../../serving/backend.js';
import type { DayScore } from '../dayScore.js';
import { fillSummary, summaryNames, summaryWidth } from '../features/summaryRow.js';
import type { WellFeatures } from '../features/wellFeatures.js';
import { signalNames } from '../signals.js';
import { GrowingRows } from './growingRows.js';
import type { LoadedRiskModel } from './riskArtifact.js';
import { scoreRows } from './riskModel.js';

/** A day's score before an alert is made of it. */
export interface MomentScore extends Omit<DayScore, 'alert'> {
  /** In the order of `failureModes`, given a failure; null where nothing can be said. */
  readonly modes: Float64Array | null;
}

/** A signal not heard of for so long is one that the score does without. */
const missingAfterMs = 24 * 3_600_000;
const channelsAt = summaryNames.indexOf('channels');

export class DueRows {
  readonly #summary = new GrowingRows(summaryWidth);
  readonly #moments: {
    readonly timeMs: number;
    readonly missing: DayScore['missing'];
    readonly blind: boolean;
  }[] = [];

  get length(): number {
    return this.#moments.length;
  }

  /** Takes what the features are now: `advance` them to `timeMs` before. */
  add(well: WellFeatures, timeMs: number): void {
    const summary = this.#summary.next();
    fillSummary(well, summary.values, summary.at);
    this.#moments.push({
      timeMs,
      missing: signalNames.filter((_, i) => !(timeMs - (well.lastSeenMs[i] as number) <= missingAfterMs)),
      // Nothing to compare yet, or no more.
      blind: well.days.length === 0 || !((summary.values[summary.at + channelsAt] as number) > 0),
    });
  }

  /** The features of the row added as number `row`: what contributions are told from. */
  summaryOf(row: number): Float32Array {
    return this.#summary.all.subarray(row * summaryWidth, (row + 1) * summaryWidth);
  }

  /** One a row, in the order added. */
  score(backend: Backend, loaded: LoadedRiskModel): MomentScore[] {
    const risks = scoreRows(backend, loaded.model, this.#summary.all, this.length);
    return this.#moments.map(({ timeMs, missing, blind }, i) => {
      const risk = risks[i];
      if (blind || risk === undefined) return unknownRisk(loaded, timeMs, missing);
      return { timeMs, ...risk, modeProbability: Math.max(...risk.modes), missing };
    });
  }
}

/** Of a well of which nothing can be told, what holds for all: with an interval that says so. */
function unknownRisk(
  { baseRates: [p7, p30] }: LoadedRiskModel,
  timeMs: number,
  missing: DayScore['missing'],
): MomentScore {
  return {
    timeMs,
    risk7: p7,
    risk7Low: 0,
    risk7High: Math.min(1, 10 * p7),
    risk30: p30,
    risk30Low: 0,
    risk30High: Math.min(1, 10 * p30),
    mode: null,
    modeProbability: 0,
    modes: null,
    missing,
  };
}
