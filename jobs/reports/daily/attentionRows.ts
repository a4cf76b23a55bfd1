/** The wells that a reader should look at first. */
import type { LocalFormat } from '../localFormat.js';
import type { DailyTexts } from './daily.texts.js';
import type { DailyFigures, WellFigures } from './dailyFigures.js';
import { shortName } from './shortName.js';

export interface AttentionRow {
  readonly well: string;
  readonly site: string;
  readonly critical: number;
  readonly warning: number;
  readonly info: number;
  readonly risk: string;
  readonly riskOver: boolean;
  readonly completeness: string;
}

/** What fits beside the chart on the first page. */
const rowsMax = 6;
/** One line a well: full names are in the tables that follow. */
const nameCharsMax = 34;

export function attentionRows(figures: DailyFigures, texts: DailyTexts, format: LocalFormat): AttentionRow[] {
  return figures.byWell
    .filter((well) => findingsOf(well) > 0 || riskOf(well) > 1)
    .sort(
      (a, b) =>
        b.findings.critical - a.findings.critical ||
        b.findings.warning - a.findings.warning ||
        riskOf(b) - riskOf(a) ||
        b.findings.info - a.findings.info ||
        a.well.wellId - b.well.wellId,
    )
    .slice(0, rowsMax)
    .map((well) => ({
      well: shortName(well.well.well, nameCharsMax),
      site: shortName(well.well.site, nameCharsMax / 2),
      ...well.findings,
      risk: well.worstScore === null ? '–' : `${format.number(riskOf(well), 2)} ×`,
      riskOver: riskOf(well) > 1,
      completeness: well.completeness === null ? texts.unknown : format.percent(well.completeness, 0),
    }));
}

function findingsOf(well: WellFigures): number {
  return well.findings.critical + well.findings.warning + well.findings.info;
}

/** Worst score over its threshold; 0 where nothing was scored. */
function riskOf(well: WellFigures): number {
  const score = well.worstScore;
  return score === null || score.threshold <= 0 ? 0 : score.value / score.threshold;
}
