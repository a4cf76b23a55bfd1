/** All measures of a scorer over judged wells. */
import type { DayScore } from '../dayScore.js';
import { judgedRows, judgeEvents, type WellEvents, type WellRecord } from './judgedWell.js';
import {
  averagePrecision,
  brierSkill,
  type CalibrationBin,
  calibrationBins,
  calibrationSlope,
  expectedCalibrationError,
  f1At,
  highBins,
  prevalenceOf,
  type Rows,
} from './rowMeasures.js';

export interface CurvePoint {
  /** False alarms a well-month that were allowed. */
  readonly allowed: number;
  readonly eventRecall: number | null;
  readonly falseAlarmsPerWellMonth: number | null;
  readonly leadMedianH: number | null;
}

/** What cannot be told from these wells is null. */
export interface Measures {
  readonly wells: number;
  readonly rows: number;
  readonly threshold: number;
  readonly f1: number | null;
  readonly prAuc: number | null;
  readonly prevalence: number | null;
  readonly gradedFailures: number;
  readonly suddenFailures: number;
  /** Sudden failures that came while an alert happened to stand open. */
  readonly suddenInAlert: number;
  readonly eventRecall: number | null;
  readonly falseAlarmsPerWellMonth: number | null;
  readonly early: number;
  readonly leadMedianH: number | null;
  readonly leadP10H: number | null;
  readonly brierSkill: number | null;
  readonly calibrationSlope: number | null;
  readonly calibrationError: number | null;
  readonly bins: readonly CalibrationBin[];
  /** Bins of a tenth above .2 with 100 rows or more. */
  readonly highBins: readonly CalibrationBin[];
  readonly modeTop1: number | null;
  /** Of risk7 as an alert, its limit chosen on these very wells: what the ranking could give, no result. */
  readonly curve: readonly CurvePoint[];
}

const allowances = [0.02, 0.05, 0.1, 0.5];

export function measure(records: readonly WellRecord[], threshold: number): Measures {
  const judged = records.flatMap(judgedRows);
  const rows = rowsOf(records);
  const events = records.map((record) => judgeEvents(record, ({ alert }) => alert));
  const graded = events.filter((e) => e.graded);
  const hits = graded.filter((e) => e.hit);
  const leads = hits.map((e) => e.leadH as number);
  return {
    wells: records.length,
    rows: judged.length,
    threshold,
    f1: known(judged.length === 0 ? Number.NaN : f1At(rows, threshold)),
    prAuc: known(averagePrecision(rows)),
    prevalence: known(prevalenceOf(rows)),
    gradedFailures: graded.length,
    suddenFailures: events.filter((e) => e.sudden).length,
    suddenInAlert: events.filter((e) => e.suddenInAlert).length,
    eventRecall: share(hits.length, graded.length),
    falseAlarmsPerWellMonth: falseAlarms(events),
    early: events.reduce((sum, e) => sum + e.early, 0),
    leadMedianH: quantile(leads, 0.5),
    leadP10H: quantile(leads, 0.1),
    brierSkill: known(brierSkill(rows)),
    calibrationSlope: known(calibrationSlope(rows)),
    calibrationError: known(expectedCalibrationError(rows)),
    bins: calibrationBins(rows),
    highBins: highBins(rows),
    modeTop1: share(hits.filter((e) => e.modeRight).length, hits.length),
    curve: alertCurve(records, allowances),
  };
}

export function rowsOf(records: readonly WellRecord[]): Rows {
  const judged = records.flatMap(judgedRows);
  return {
    risk: Float64Array.from(judged, ({ score }) => score.risk7),
    outcome: Uint8Array.from(judged, ({ positive }) => (positive ? 1 : 0)),
  };
}

/** Limits tried for the curve. */
const limitsTried = 120;

/** For each rate of false alarms that is allowed, the best that one limit of risk7 could do on these wells. */
export function alertCurve(records: readonly WellRecord[], allowed: readonly number[]): CurvePoint[] {
  const risks = records.flatMap(({ scores }) => scores.map(({ risk7 }) => risk7)).sort((a, b) => b - a);
  const limits = Array.from(
    { length: limitsTried },
    // Denser where few rows are on: that is where the allowances lie.
    (_, k) => risks[Math.floor(risks.length * 0.3 * ((k + 1) / limitsTried) ** 2.5)] ?? 1,
  );
  const tried = [...new Set(limits)].map((limit) => {
    const events = records.map((record) => judgeEvents(record, (score: DayScore) => score.risk7 >= limit));
    const graded = events.filter((e) => e.graded);
    const hits = graded.filter((e) => e.hit);
    return {
      recall: share(hits.length, graded.length),
      falseRate: falseAlarms(events),
      lead: quantile(
        hits.map((e) => e.leadH as number),
        0.5,
      ),
    };
  });
  return allowed.map((most) => {
    const fitting = tried.filter(({ falseRate }) => falseRate !== null && falseRate <= most);
    const best = fitting.sort((a, b) => (b.recall ?? 0) - (a.recall ?? 0))[0];
    return {
      allowed: most,
      eventRecall: best?.recall ?? null,
      falseAlarmsPerWellMonth: best?.falseRate ?? null,
      leadMedianH: best?.lead ?? null,
    };
  });
}

function falseAlarms(events: readonly WellEvents[]): number | null {
  const months = events.reduce((sum, e) => sum + e.wellMonths, 0);
  return share(
    events.reduce((sum, e) => sum + e.falseAlerts, 0),
    months,
  );
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

export function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}
