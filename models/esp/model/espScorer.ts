/** The trained risk model as the judge's scorer: a series in, a score a day at 06:00 out. */
import type { DayScore, DayScorer } from '../dayScore.js';
import { type Backend, loadWasm } from '../../serving/backend.js';
import { fillNetImages } from '../features/netInput.js';
import { replayDays } from '../features/replayDays.js';
import { fillSummary, summaryNames, summaryWidth } from '../features/summaryRow.js';
import type { WellFeatures } from '../features/wellFeatures.js';
import { signalNames } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import { AlertLatch } from './alertLatch.js';
import { GrowingRows } from './growingRows.js';
import { daysSize, hoursSize } from './netRows.js';
import { type LoadedRiskModel, loadRiskModel } from './riskArtifact.js';
import { scoreRows } from './riskModel.js';

const channelsAt = summaryNames.indexOf('channels');

export interface EspScorer extends DayScorer {
  readonly version: string;
  dispose(): void;
}

export interface EspScorerOptions {
  readonly backend?: Backend;
  /** The shipped artifact by default. */
  readonly folder?: URL | string;
}

/** Fails with ARTIFACT_INVALID for an artifact of other features. */
export async function createEspScorer(options: EspScorerOptions = {}): Promise<EspScorer> {
  const backend = options.backend ?? (await loadWasm());
  const folder = options.folder ?? import.meta.resolve('#models/esp/artifact');
  return riskScorer(backend, await loadRiskModel(backend, folder));
}

export function riskScorer(backend: Backend, loaded: LoadedRiskModel): EspScorer {
  const { manifest, model } = loaded;
  return {
    name: manifest.model,
    version: manifest.version,
    threshold: manifest.threshold,
    score: (series) => scoreSeries(backend, loaded, series),
    dispose: () => model.net.dispose(),
  };
}

/** A signal not heard of for so long is one that the score does without. */
const missingAfterMs = 24 * 3_600_000;

function scoreSeries(backend: Backend, loaded: LoadedRiskModel, series: WellSeries): DayScore[] {
  const rows = {
    summary: new GrowingRows(summaryWidth),
    hours: new GrowingRows(hoursSize),
    days: new GrowingRows(daysSize),
  };
  const stops: { timeMs: number; missing: DayScore['missing']; runs: number; blind: boolean }[] = [];
  replayDays(series, (well, timeMs) => {
    const { summary, hours, days } = {
      summary: rows.summary.next(),
      hours: rows.hours.next(),
      days: rows.days.next(),
    };
    fillSummary(well, summary.values, summary.at);
    fillNetImages(well, hours.values, hours.at, days.values, days.at);
    stops.push({
      timeMs,
      missing: missingAt(well, timeMs),
      runs: well.installations,
      // Nothing to compare yet, or no more.
      blind: well.days.length === 0 || !((summary.values[summary.at + channelsAt] as number) > 0),
    });
  });
  const data = { summary: rows.summary.all, hours: rows.hours.all, days: rows.days.all };
  const risks = scoreRows(backend, loaded.model, data, stops.length);
  const latch = new AlertLatch(loaded.alert);
  let runs = 0;
  return risks.map((risk, i): DayScore => {
    const { timeMs, missing, blind, runs: now } = stops[i] as (typeof stops)[number];
    if (now !== runs) latch.reset();
    runs = now;
    if (blind) return unknownRisk(loaded, timeMs, missing);
    const { mode, modes, ...figures } = risk;
    return {
      timeMs,
      ...figures,
      mode,
      modeProbability: Math.max(...modes),
      alert: latch.push(risk.risk7),
      missing,
    };
  });
}

/** Of a well of which nothing can be told, what holds for all: with an interval that says so. */
function unknownRisk(
  { baseRates: [p7, p30] }: LoadedRiskModel,
  timeMs: number,
  missing: DayScore['missing'],
): DayScore {
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
    alert: false,
    missing,
  };
}

function missingAt(well: WellFeatures, timeMs: number): DayScore['missing'] {
  return signalNames.filter((_, i) => !(timeMs - (well.lastSeenMs[i] as number) <= missingAfterMs));
}
