/** What the daily report says, as numbers: everything that was read, nothing formatted. */
import type { AnomalyKind, Severity, SignalShare } from '#schemas/records/anomaly.js';
import type { EspRanking } from '../../esp/espRanking.js';
import type { DayRule, ProductionDay } from '../productionDay.js';

export interface ReportTenant extends DayRule {
  readonly slug: string;
  readonly title: string;
  /** Whether the plan includes machine-learned scores. */
  readonly machineLearning: boolean;
}

export interface WellName {
  readonly wellId: number;
  readonly site: string;
  readonly well: string;
}

/** How much of a signal came in the period. */
export interface SignalCompleteness {
  readonly wellId: number;
  readonly tag: string;
  /** Minutes with at least one sample, usable or not. */
  readonly minutes: number;
  readonly samples: number;
  readonly good: number;
  /** Bit q is set where a sample of quality code q was seen. */
  readonly flags: number;
  /** Partial rows beyond the first of a minute: what came after the minute was closed. */
  readonly lateParts: number;
}

export interface HourCoverage {
  readonly wellId: number;
  /** Whole hours after the period's start. */
  readonly hour: number;
  /** Minutes with samples, summed over the well's signals. */
  readonly signalMinutes: number;
}

export interface AnomalyCount {
  readonly wellId: number;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  /** Touched the period: begun in it, or before and not over at its start. */
  readonly total: number;
  /** Not over when the data was cut off. */
  readonly open: number;
}

export interface AnomalyFinding {
  readonly anomalyId: string;
  readonly wellId: number;
  readonly tag: string | null;
  readonly detector: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  readonly startMs: number;
  /** Null while open. */
  readonly endMs: number | null;
  readonly score: number;
  readonly expected: number | null;
  readonly actual: number | null;
  readonly unit: string | null;
  readonly textKey: string;
  /** Where signals were looked at together, those that made most of it, largest first. */
  readonly contributions?: readonly SignalShare[] | null;
}

/** What a detector found wrong with a sensor on the day. */
export interface SensorFinding {
  readonly wellId: number;
  readonly tag: string;
  readonly detector: string;
  readonly textKey: string;
}

export interface ScoreSummary {
  readonly wellId: number;
  readonly model: string;
  readonly version: string;
  /** At its worst. */
  readonly value: number;
  readonly threshold: number;
  readonly atMs: number;
  readonly scored: number;
  readonly overThreshold: number;
  readonly contributions: readonly { readonly tag: string; readonly share: number }[];
}

export interface WellProduction {
  readonly wellId: number;
  readonly oilM3: number | null;
  readonly gasSm3: number | null;
  readonly waterM3: number | null;
  readonly onHours: number | null;
  readonly method: string;
}

/** Five-minute means of one signal. */
export interface TrendSeries {
  readonly tag: string;
  readonly atMs: readonly number[];
  readonly mean: readonly number[];
}

export interface Trend {
  readonly wellId: number;
  readonly series: readonly TrendSeries[];
}

export interface DailyReportData {
  readonly tenant: ReportTenant;
  readonly period: ProductionDay;
  /** When the database was read. */
  readonly frozenAtMs: number;
  /** End of what was read: the period's end, or the freeze where the day is not over. */
  readonly dataCutOffMs: number;
  readonly wells: readonly WellName[];
  readonly completeness: readonly SignalCompleteness[];
  readonly coverage: readonly HourCoverage[];
  readonly anomalyCounts: readonly AnomalyCount[];
  /** The worst about wells (not about sensors), at most `anomaliesMax`. */
  readonly anomalies: readonly AnomalyFinding[];
  readonly sensorFindings: readonly SensorFinding[];
  readonly scores: readonly ScoreSummary[];
  /** As it stood at the cut-off. */
  readonly esps: EspRanking;
  /** What cards said of rod pumps, worst first. */
  readonly pumpFindings: readonly AnomalyFinding[];
  readonly production: readonly WellProduction[];
  /** Null where no well has data to show. */
  readonly trend: Trend | null;
}

/** Rod pumps that are named: what a crew can go and see in a day. */
export const pumpFindingsMax = 12;

/** Most findings listed; the counts are over all of them. */
export const anomaliesMax = 80;
