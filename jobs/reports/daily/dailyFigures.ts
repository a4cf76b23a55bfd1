/** The key figures of a day, from what was read. */
import type { Severity } from '#schemas/records/anomaly.js';
import type { DailyReportData, ScoreSummary, WellName } from './dailyData.js';

const minuteMs = 60_000;

export interface ProductionTotals {
  readonly wells: number;
  /** Null where no well sent it. */
  readonly oilM3: number | null;
  readonly gasSm3: number | null;
  readonly waterM3: number | null;
  readonly onHours: number | null;
}

export interface WellFigures {
  readonly well: WellName;
  readonly signals: number;
  readonly completeness: number | null;
  readonly goodShare: number | null;
  readonly lateParts: number;
  readonly findings: Readonly<Record<Severity, number>>;
  readonly worstScore: ScoreSummary | null;
}

export interface DailyFigures {
  readonly wells: number;
  /** With at least one sample, usable or not. */
  readonly wellsReporting: number;
  /** Minutes with data over minutes owed, 0–1; null where nothing is owed. */
  readonly completeness: number | null;
  /** Usable samples over all, 0–1; null without samples. */
  readonly goodShare: number | null;
  readonly samples: number;
  readonly lateParts: number;
  /** Whole minutes between the period's start and the data cut-off. */
  readonly minutesOwed: number;
  /** Process findings that were open at the cut-off. */
  readonly open: Readonly<Record<Severity, number>>;
  /** Process findings that touched the day. */
  readonly touched: Readonly<Record<Severity, number>>;
  /** Sensors' own findings that touched the day. */
  readonly sensorFindings: number;
  readonly worstScore: ScoreSummary | null;
  readonly wellsOverThreshold: number;
  /** Null where no measured rates came. */
  readonly production: ProductionTotals | null;
  readonly byWell: readonly WellFigures[];
}

export function dailyFigures(data: DailyReportData): DailyFigures {
  const minutesOwed = Math.floor((data.dataCutOffMs - data.period.fromMs) / minuteMs);
  const byWell = data.wells.map((well) => figuresOf(well, data, minutesOwed));
  const reporting = new Set(data.completeness.filter((s) => s.samples > 0).map((s) => s.wellId));
  const [worstScore = null] = data.scores;
  return {
    wells: data.wells.length,
    wellsReporting: reporting.size,
    ...shares(data.completeness, minutesOwed),
    samples: total(data.completeness, (s) => s.samples),
    lateParts: total(data.completeness, (s) => s.lateParts),
    minutesOwed,
    open: bySeverity(data, 'open'),
    touched: bySeverity(data, 'total'),
    sensorFindings: total(
      data.anomalyCounts.filter((count) => count.kind === 'quality'),
      (count) => count.total,
    ),
    worstScore,
    wellsOverThreshold: new Set(data.scores.filter((s) => s.overThreshold > 0).map((s) => s.wellId)).size,
    production: productionTotals(data),
    byWell,
  };
}

function figuresOf(well: WellName, data: DailyReportData, minutesOwed: number): WellFigures {
  const signals = data.completeness.filter((signal) => signal.wellId === well.wellId);
  const findings = { critical: 0, warning: 0, info: 0 };
  for (const count of data.anomalyCounts) {
    if (count.wellId === well.wellId && count.kind === 'process') findings[count.severity] += count.total;
  }
  return {
    well,
    signals: signals.length,
    ...shares(signals, minutesOwed),
    lateParts: total(signals, (s) => s.lateParts),
    findings,
    worstScore: data.scores.find((score) => score.wellId === well.wellId) ?? null,
  };
}

function shares(
  signals: DailyReportData['completeness'],
  minutesOwed: number,
): { completeness: number | null; goodShare: number | null } {
  const owed = signals.length * minutesOwed;
  const samples = total(signals, (s) => s.samples);
  return {
    completeness: owed === 0 ? null : total(signals, (s) => s.minutes) / owed,
    goodShare: samples === 0 ? null : total(signals, (s) => s.good) / samples,
  };
}

function bySeverity(data: DailyReportData, what: 'open' | 'total'): Record<Severity, number> {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const count of data.anomalyCounts) {
    if (count.kind === 'process') counts[count.severity] += count[what];
  }
  return counts;
}

function productionTotals(data: DailyReportData): ProductionTotals | null {
  if (data.production.length === 0) return null;
  const totalOf = (pick: (row: DailyReportData['production'][number]) => number | null): number | null => {
    const known = data.production.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : total(known, (value) => value);
  };
  return {
    wells: data.production.length,
    oilM3: totalOf((row) => row.oilM3),
    gasSm3: totalOf((row) => row.gasSm3),
    waterM3: totalOf((row) => row.waterM3),
    onHours: totalOf((row) => row.onHours),
  };
}

function total<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0);
}
