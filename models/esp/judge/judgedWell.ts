/** One well's scores against what befell it: which rows count, and which alerts were right. */
import { type DayScore, dayMs, hourMs } from '../dayScore.js';
import type { FailureMode } from '../modes.js';
import type { WellFailure } from '../wellSeries.js';
import type { WellTruth } from './readLabels.js';

export interface JudgedRow {
  readonly well: string;
  readonly score: DayScore;
  /** A graded failure comes in (t, t + 7 d]. */
  readonly positive: boolean;
}

export interface WellRecord {
  readonly well: string;
  readonly scores: readonly DayScore[];
  /** One a score: the well stood still the day before. */
  readonly down: readonly boolean[];
  readonly truth: WellTruth;
  readonly fromMs: number;
  /** `observed_to`, or the last row. */
  readonly toMs: number;
}

const horizonMs = 7 * dayMs;

/** Dropped: days down, after a failure, and the last 7 days of an unfailed well, whose answer nobody knows. */
export function judgedRows(record: WellRecord): JudgedRow[] {
  const first = record.truth.failures[0];
  const endMs = first ? first.failureMs : record.toMs - horizonMs;
  return record.scores.flatMap((score, i) => {
    const kept = !record.down[i] && (first ? score.timeMs < endMs : score.timeMs <= endMs);
    if (!kept) return [];
    const leftMs = first ? first.failureMs - score.timeMs : Number.POSITIVE_INFINITY;
    return [{ well: record.well, score, positive: first?.sudden === false && leftMs <= horizonMs }];
  });
}

export interface Alert {
  readonly openMs: number;
  readonly closeMs: number;
}

const oneAlertMs = 72 * hourMs;

/** On-days at most 72 h apart are one alert. */
export function alertsOf(onDaysMs: readonly number[]): Alert[] {
  const alerts: Alert[] = [];
  for (const ms of onDaysMs) {
    const last = alerts.at(-1);
    if (last && ms - last.closeMs <= oneAlertMs) alerts[alerts.length - 1] = { ...last, closeMs: ms };
    else alerts.push({ openMs: ms, closeMs: ms });
  }
  return alerts;
}

export interface WellEvents {
  readonly graded: boolean;
  readonly sudden: boolean;
  readonly hit: boolean;
  /** An alert stood open when the well failed without warning: told apart, no hit. */
  readonly suddenInAlert: boolean;
  readonly leadH: number | null;
  readonly mode: FailureMode | null;
  readonly modeRight: boolean;
  readonly early: number;
  readonly falseAlerts: number;
  readonly wellMonths: number;
}

const windowMs = 30 * dayMs;
const monthMs = 30.4375 * dayMs;

/** `isOn` says of a score whether it is an alert: the score's own word, or risk7 above a limit for the curve. */
export function judgeEvents(record: WellRecord, isOn: (score: DayScore) => boolean): WellEvents {
  const { truth } = record;
  const failure = truth.failures[0];
  const endMs = failure?.failureMs ?? record.toMs;
  const on = record.scores.filter((score) => score.timeMs < endMs && isOn(score));
  const alerts = alertsOf(on.map(({ timeMs }) => timeMs));
  const graded = failure !== undefined && !failure.sudden;
  let [hitAlert, early, falseAlerts]: [Alert | null, number, number] = [null, 0, 0];
  const fromMs = graded ? windowStartMs(failure) : Number.POSITIVE_INFINITY;
  for (const alert of alerts) {
    if (graded && alert.openMs >= failure.onsetMs) {
      if (alert.closeMs >= fromMs) hitAlert ??= alert;
      else early++;
    } else if (!(truth.beyond && alert.openMs >= truth.beyond.onsetMs)) falseAlerts++;
  }
  const saying = hitAlert === null ? null : (on.at(-1)?.mode ?? null);
  return {
    graded,
    sudden: failure?.sudden === true,
    hit: hitAlert !== null,
    suddenInAlert: failure?.sudden === true && (alerts.at(-1)?.closeMs ?? 0) >= endMs - 2 * dayMs,
    leadH: hitAlert === null ? null : (endMs - Math.max(hitAlert.openMs, fromMs)) / hourMs,
    mode: saying,
    modeRight: saying !== null && saying === failure?.mode,
    early,
    falseAlerts,
    wellMonths: Math.max(0, endMs - record.fromMs) / monthMs,
  };
}

/** [max(detectable from, failure − 30 d), failure]. */
function windowStartMs(failure: WellFailure): number {
  return Math.max(failure.detectableFromMs ?? failure.onsetMs, failure.failureMs - windowMs);
}
