/** The figures on top of the daily report. */
import { fillIn } from '../fillIn.js';
import type { LocalFormat } from '../localFormat.js';
import { m3PerBarrel, sm3PerMscf } from '#schemas/signals/oilfieldFactors.js';
import type { DailyTexts } from './daily.texts.js';
import type { DailyReportData } from './dailyData.js';
import type { DailyFigures } from './dailyFigures.js';
import { shortName } from './shortName.js';

export type Tone = 'plain' | 'good' | 'warning' | 'critical';

export interface KeyFigure {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly note: string;
  readonly tone: Tone;
}

/** Below this a day's data is worth a look: what SCADA operators commonly agree on as monthly availability. */
const completenessGood = 0.95;
/** Below this its figures no longer stand for the day. */
const completenessPoor = 0.5;
/** What a card has room for, in characters. */
const nameCharsMax = 22;

export function keyFigures(
  data: DailyReportData,
  figures: DailyFigures,
  texts: DailyTexts,
  format: LocalFormat,
): KeyFigure[] {
  const { open } = figures;
  return [
    {
      label: texts.wellsReporting,
      value: format.number(figures.wellsReporting, 0),
      unit: '',
      note: fillIn(texts.ofWells, { wells: format.number(figures.wells, 0) }),
      tone: figures.wellsReporting < figures.wells ? 'warning' : 'plain',
    },
    {
      label: texts.completeness,
      value: figures.completeness === null ? texts.unknown : format.percent(figures.completeness),
      unit: '',
      note: texts.completenessNote,
      tone: toneOfShare(figures.completeness),
    },
    {
      label: texts.goodShare,
      value: figures.goodShare === null ? texts.unknown : format.percent(figures.goodShare),
      unit: '',
      note: fillIn(texts.goodShareNote, { samples: format.number(figures.samples, 0) }),
      tone: toneOfShare(figures.goodShare),
    },
    {
      label: texts.openAnomalies,
      value: format.number(open.critical + open.warning + open.info, 0),
      unit: '',
      note: fillIn(texts.openAnomaliesNote, { ...open }),
      tone: open.critical > 0 ? 'critical' : open.warning > 0 ? 'warning' : 'plain',
    },
    worstScore(data, figures, texts, format),
  ];
}

function worstScore(
  data: DailyReportData,
  figures: DailyFigures,
  texts: DailyTexts,
  format: LocalFormat,
): KeyFigure {
  const worst = figures.worstScore;
  if (worst === null || worst.threshold <= 0) {
    const note = data.tenant.machineLearning ? texts.noScores : texts.noScoresPlan;
    return { label: texts.worstScore, value: texts.unknown, unit: '', note, tone: 'plain' };
  }
  const ratio = worst.value / worst.threshold;
  const well = data.wells.find((candidate) => candidate.wellId === worst.wellId)?.well ?? '';
  return {
    label: texts.worstScore,
    value: format.number(ratio, 2),
    unit: '×',
    note: fillIn(texts.worstScoreNote, { well: shortName(well, nameCharsMax) }),
    tone: ratio > 1 ? 'warning' : 'plain',
  };
}

function toneOfShare(share: number | null): Tone {
  if (share === null) return 'plain';
  if (share < completenessPoor) return 'critical';
  return share < completenessGood ? 'warning' : 'plain';
}

/** Empty where no measured rates came: the report says so, and invents none. */
export function productionFigures(
  figures: DailyFigures,
  texts: DailyTexts,
  format: LocalFormat,
): KeyFigure[] {
  const totals = figures.production;
  if (totals === null) return [];
  const volume = (
    label: string,
    value: number | null,
    units: { readonly si: string; readonly oilfield: string; readonly siPerOilfield: number },
  ): KeyFigure => ({
    label,
    value: value === null ? texts.unknown : format.number(value, 0),
    unit: value === null ? '' : units.si,
    note: value === null ? '' : `${format.number(value / units.siPerOilfield, 0)}\u00A0${units.oilfield}`,
    tone: 'plain',
  });
  const liquid = { si: 'm³', oilfield: 'bbl', siPerOilfield: m3PerBarrel };
  return [
    volume(texts.oil, totals.oilM3, liquid),
    volume(texts.gas, totals.gasSm3, { si: 'sm³', oilfield: 'Mscf', siPerOilfield: sm3PerMscf }),
    volume(texts.water, totals.waterM3, liquid),
    {
      label: texts.onHours,
      value: totals.onHours === null ? texts.unknown : format.number(totals.onHours, 1),
      unit: totals.onHours === null ? '' : 'h',
      note: fillIn(texts.onHoursNote, { wells: totals.wells }),
      tone: 'plain',
    },
  ];
}
