/** The daily report as the template takes it: words and numbers in the reader's language, nothing left to compute. */
import type { Severity } from '#schemas/records/anomaly.js';
import { fillIn } from '../fillIn.js';
import type { Language } from '../language.js';
import { type LocalFormat, localFormat } from '../localFormat.js';
import { anomalyRows, type AnomalyRow } from './anomalyRows.js';
import { attentionRows, type AttentionRow } from './attentionRows.js';
import { type DailyTexts, dailyTexts } from './daily.texts.js';
import type { DailyReportData } from './dailyData.js';
import { type DailyFigures, dailyFigures } from './dailyFigures.js';
import { type CoverageRow, coverageRows, type SensorRow, sensorRows, usableShareMin } from './dataRows.js';
import { type KeyFigure, keyFigures, productionFigures } from './keyFigures.js';
import { palette } from './palette.js';
import { type PumpRow, pumpRows, type RiskRow, riskRows, risksNote } from './riskRows.js';
import { type ScoreRow, scoreRows } from './scoreRows.js';
import { signalName, signalUnit } from './signalNames.js';
import { type TrendPanel, trendChart } from './trendChart.js';

export interface DailyView {
  readonly language: Language;
  readonly palette: typeof palette;
  readonly texts: DailyTexts;
  readonly tenant: string;
  readonly day: string;
  readonly period: string;
  readonly partial: string | null;
  readonly keyFigures: readonly KeyFigure[];
  readonly production: readonly KeyFigure[];
  readonly productionNote: string | null;
  readonly attention: readonly AttentionRow[];
  readonly attentionNote: string | null;
  readonly risks: readonly RiskRow[];
  readonly risksNote: string | null;
  readonly pumps: readonly PumpRow[];
  readonly trend: { readonly title: string; readonly svg: string } | null;
  readonly anomalies: readonly AnomalyRow[];
  readonly anomaliesNote: string | null;
  readonly scores: readonly ScoreRow[];
  readonly scoresNote: string | null;
  readonly hours: readonly string[];
  readonly coverage: readonly CoverageRow[];
  readonly sensors: readonly SensorRow[];
  readonly sensorsNote: string;
  readonly basis: readonly (readonly [string, string])[];
  readonly footer: string;
}

/** Sensors listed: the worst, for a site that fell silent would fill pages with what one line says. */
const sensorsMax = 60;
const hourMs = 3_600_000;

export function dailyView(data: DailyReportData, language: Language, version: string): DailyView {
  const texts = dailyTexts[language];
  const format = localFormat(language, data.tenant.timeZone);
  const figures = dailyFigures(data);
  const sensors = sensorRows(data, texts, format, language);
  const cutOff = format.dateTime(data.dataCutOffMs);
  return {
    language,
    palette,
    texts,
    tenant: data.tenant.title,
    day: format.longDate(data.period.fromMs),
    period: fillIn(texts.periodLine, {
      from: format.dateTime(data.period.fromMs),
      until: format.dateTime(data.period.untilMs),
      zone: data.tenant.timeZone.replaceAll('_', ' '),
    }),
    partial: data.dataCutOffMs < data.period.untilMs ? fillIn(texts.partialDay, { cutOff }) : null,
    keyFigures: keyFigures(data, figures, texts, format),
    production: productionFigures(figures, texts, format),
    productionNote:
      figures.production === null
        ? null
        : fillIn(texts.productionNote, { wells: figures.production.wells, of: figures.wells }),
    ...attention(figures, texts, format),
    risks: riskRows(data.esps, language, format),
    risksNote: risksNote(data.esps, texts, language, format),
    pumps: pumpRows(data, language, format),
    trend: trend(data, language, texts, format),
    ...anomalies(data, figures, texts, format, language),
    scores: scoreRows(data, texts, format, language),
    scoresNote: data.tenant.machineLearning ? null : texts.noScoresPlanLong,
    hours: hourLabels(data, format),
    coverage: coverageRows(data, figures, format),
    sensors: sensors.slice(0, sensorsMax),
    sensorsNote: sensorsNote(data, sensors.length, texts, format),
    basis: basis(data, figures, texts, format, version),
    footer: fillIn(texts.footer, {
      tenant: data.tenant.title,
      day: data.period.day,
      cutOff,
      frozen: format.dateTime(data.frozenAtMs),
    }),
  };
}

function attention(
  figures: DailyFigures,
  texts: DailyTexts,
  format: LocalFormat,
): { attention: readonly AttentionRow[]; attentionNote: string | null } {
  const rows = attentionRows(figures, texts, format);
  if (rows.length > 0) return { attention: rows, attentionNote: null };
  if (figures.wells === 0) return { attention: rows, attentionNote: texts.noWells };
  return {
    attention: rows,
    attentionNote: figures.wellsReporting === 0 ? texts.noData : texts.noAttention,
  };
}

function anomalies(
  data: DailyReportData,
  figures: DailyFigures,
  texts: DailyTexts,
  format: LocalFormat,
  language: Language,
): { anomalies: readonly AnomalyRow[]; anomaliesNote: string | null } {
  const rows = anomalyRows(data, texts, format, language);
  const { critical, warning, info } = figures.touched;
  const total = critical + warning + info;
  if (total === 0) return { anomalies: rows, anomaliesNote: texts.noAnomalies };
  const cut = rows.length < total;
  return {
    anomalies: rows,
    anomaliesNote: cut ? fillIn(texts.anomaliesShown, { shown: rows.length, total }) : null,
  };
}

function trend(
  data: DailyReportData,
  language: Language,
  texts: DailyTexts,
  format: LocalFormat,
): DailyView['trend'] {
  const shown = data.trend;
  if (shown === null || shown.series.length === 0) return null;
  const ofWell = data.anomalies.filter((a) => a.kind === 'process' && a.wellId === shown.wellId);
  const panels = shown.series.map(
    (series): TrendPanel => ({
      title: signalName(series.tag, language),
      unit: signalUnit(series.tag),
      series,
      bands: ofWell
        .filter((a) => a.tag === null || a.tag === series.tag)
        .map((a) => ({
          fromMs: Math.max(a.startMs, data.period.fromMs),
          untilMs: Math.min(a.endMs ?? data.dataCutOffMs, data.dataCutOffMs),
          severity: a.severity satisfies Severity,
        })),
    }),
  );
  const well = data.wells.find((candidate) => candidate.wellId === shown.wellId);
  return {
    title: fillIn(texts.mostAnomalous, { well: well?.well ?? '' }),
    svg: trendChart(panels, data.period, format),
  };
}

function sensorsNote(data: DailyReportData, listed: number, texts: DailyTexts, format: LocalFormat): string {
  if (data.completeness.length === 0) return texts.noSignals;
  if (listed === 0) return texts.noSensors;
  return listed > sensorsMax
    ? fillIn(texts.sensorsShown, { shown: sensorsMax, total: listed })
    : fillIn(texts.sensorsNote, { share: format.percent(usableShareMin, 0) });
}

function hourLabels(data: DailyReportData, format: LocalFormat): string[] {
  const labels: string[] = [];
  for (let atMs = data.period.fromMs; atMs < data.period.untilMs; atMs += hourMs) {
    labels.push(format.time(atMs).slice(0, 2));
  }
  return labels;
}

function basis(
  data: DailyReportData,
  figures: DailyFigures,
  texts: DailyTexts,
  format: LocalFormat,
  version: string,
): [string, string][] {
  return [
    [texts.basisCutOff, format.dateTime(data.dataCutOffMs)],
    [texts.basisFreeze, format.dateTime(data.frozenAtMs)],
    [
      texts.basisCompleteness,
      figures.completeness === null ? texts.unknown : format.percent(figures.completeness),
    ],
    [texts.basisLate, fillIn(texts.basisLateValue, { parts: format.number(figures.lateParts, 0) })],
    [texts.basisVersion, version],
  ];
}
