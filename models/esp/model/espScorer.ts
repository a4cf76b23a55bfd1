/** The trained risk model as the judge's scorer: a series in, a score a day at 06:00 out. */
import type { DayScore, DayScorer } from '../dayScore.js';
import { type Backend, loadWasm } from '../../serving/backend.js';
import { replayDays } from '../features/replayDays.js';
import type { WellSeries } from '../wellSeries.js';
import { AlertLatch } from './alertLatch.js';
import { DueRows } from './dueRows.js';
import { type LoadedRiskModel, loadRiskModel } from './riskArtifact.js';

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

function scoreSeries(backend: Backend, loaded: LoadedRiskModel, series: WellSeries): DayScore[] {
  const rows = new DueRows();
  const installations: number[] = [];
  replayDays(series, (well, timeMs) => {
    rows.add(well, timeMs);
    installations.push(well.installations);
  });
  const latch = new AlertLatch(loaded.alert);
  return rows.score(backend, loaded).map(({ modes, ...score }, i): DayScore => {
    // A pump that was pulled takes its alert with it.
    if (i > 0 && installations[i] !== installations[i - 1]) latch.reset();
    return { ...score, alert: modes !== null && latch.push(score.risk7) };
  });
}
