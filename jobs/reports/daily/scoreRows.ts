/** What the models said of each well, at its worst, as table rows. */
import { fillIn } from '../fillIn.js';
import type { Language } from '../language.js';
import type { LocalFormat } from '../localFormat.js';
import type { DailyTexts } from './daily.texts.js';
import type { DailyReportData } from './dailyData.js';
import { signalName } from './signalNames.js';

export interface ScoreRow {
  readonly well: string;
  readonly site: string;
  readonly model: string;
  readonly version: string;
  readonly value: string;
  readonly threshold: string;
  /** Value over threshold, cut at 2: how long the bar is. */
  readonly ratio: number;
  readonly over: boolean;
  readonly times: string;
  readonly when: string;
  readonly contributions: readonly { readonly signal: string; readonly share: string }[];
}

/** Named in a cell: more would only make it taller. */
const contributionsMax = 2;

export function scoreRows(
  data: DailyReportData,
  texts: DailyTexts,
  format: LocalFormat,
  language: Language,
): ScoreRow[] {
  const names = new Map(data.wells.map((well) => [well.wellId, well]));
  return data.scores.map((score) => ({
    well: names.get(score.wellId)?.well ?? String(score.wellId),
    site: names.get(score.wellId)?.site ?? '',
    model: score.model,
    version: score.version,
    value: format.number(score.value, 2),
    threshold: format.number(score.threshold, 2),
    ratio: score.threshold > 0 ? Math.min(2, score.value / score.threshold) : 0,
    over: score.value > score.threshold,
    times: fillIn(texts.timesOverValue, {
      over: format.number(score.overThreshold, 0),
      scored: format.number(score.scored, 0),
    }),
    when: format.time(score.atMs),
    contributions: score.contributions.slice(0, contributionsMax).map((contribution) => ({
      signal: signalName(contribution.tag, language),
      share: format.percent(contribution.share, 0),
    })),
  }));
}
