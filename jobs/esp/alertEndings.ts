/** How each alert of the risk model ended, by what sites recorded: the judge of scores in the field. */
import type { EspOutcomeRecord } from './readOutcomes.js';

export interface RiskAlert {
  readonly wellId: number;
  readonly startMs: number;
  /** Null while it lasts. */
  readonly endMs: number | null;
  /** What it warned of. */
  readonly mode: string;
}

/**
 * `confirmed`: an inspection found the damage and the pump stayed; `failed`: it failed; `prevented`: it was pulled before, and
 * the damage was there; `not-found`: inspected or taken apart without it, or nothing came within 30 days of its end; `open`:
 * none of these yet.
 */
export type AlertEnding = 'confirmed' | 'failed' | 'prevented' | 'not-found' | 'open';

export interface EndedAlert extends RiskAlert {
  readonly ending: AlertEnding;
  /** Somebody inspected or pulled because of it, or would have: what came of it is not what would have come. */
  readonly actedOn: boolean;
  /** From its start to the failure; null for other endings. */
  readonly leadMs: number | null;
  /** As recorded; null where nobody said. */
  readonly recordedMode: string | null;
}

export interface LiveEvaluation {
  readonly alerts: readonly EndedAlert[];
  readonly endings: Readonly<Record<AlertEnding, number>>;
  /** confirmed + failed + prevented over those and not-found; null without any. */
  readonly precision: number | null;
  readonly actedOn: number;
  /** Of alerts that nobody acted on: failed over failed and not-found. */
  readonly precisionNotActedOn: number | null;
  readonly failures: number;
  /** Failures that an alert stood on, opened at most 30 days before. */
  readonly failuresWarned: number;
  readonly recall: number | null;
  readonly leadMedianH: number | null;
  readonly modeTop1: number | null;
  readonly falseAlarmsPerWellMonth: number | null;
  readonly wellMonths: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What comes so long after an alert's end is no longer what it warned of. */
const graceMs = 30 * dayMs;
/** A record is dated to the day. */
const slackMs = dayMs;

export function evaluateLive(
  alerts: readonly RiskAlert[],
  records: readonly EspOutcomeRecord[],
  of: { readonly nowMs: number; readonly wellDays: number },
): LiveEvaluation {
  const ended = alerts.map((alert) => endAlert(alert, records, of.nowMs));
  const count = (ending: AlertEnding): number => ended.filter((a) => a.ending === ending).length;
  const endings = {
    confirmed: count('confirmed'),
    failed: count('failed'),
    prevented: count('prevented'),
    'not-found': count('not-found'),
    open: count('open'),
  };
  const right = endings.confirmed + endings.failed + endings.prevented;
  const left = ended.filter(({ actedOn }) => !actedOn);
  const leftFailed = left.filter(({ ending }) => ending === 'failed').length;
  const leftNotFound = left.filter(({ ending }) => ending === 'not-found').length;
  const failures = records.filter((r) => r.kind === 'pulled' && r.failedMs !== null);
  const warned = failures.filter((f) =>
    alerts.some((a) => a.wellId === f.wellId && f.kind === 'pulled' && covers(a, f.failedMs as number)),
  ).length;
  const leads = ended
    .flatMap(({ leadMs }) => (leadMs === null ? [] : [leadMs / hourMs]))
    .sort((a, b) => a - b);
  const named = ended.filter(({ recordedMode, ending }) => recordedMode !== null && ending !== 'not-found');
  const wellMonths = of.wellDays / 30.44;
  return {
    alerts: ended,
    endings,
    precision: shareOf(right, right + endings['not-found']),
    actedOn: ended.length - left.length,
    precisionNotActedOn: shareOf(leftFailed, leftFailed + leftNotFound),
    failures: failures.length,
    failuresWarned: warned,
    recall: shareOf(warned, failures.length),
    leadMedianH: leads.length === 0 ? null : (leads[leads.length >> 1] as number),
    modeTop1: shareOf(named.filter(({ mode, recordedMode }) => mode === recordedMode).length, named.length),
    falseAlarmsPerWellMonth: shareOf(endings['not-found'], wellMonths),
    wellMonths,
  };
}

function endAlert(alert: RiskAlert, records: readonly EspOutcomeRecord[], nowMs: number): EndedAlert {
  const lastMs = (alert.endMs ?? nowMs) + graceMs;
  const within = records.filter(
    (r) =>
      r.wellId === alert.wellId && r.atMs >= alert.startMs - slackMs && r.atMs <= lastMs && r.atMs <= nowMs,
  );
  const pull = within.find((r) => r.kind === 'pulled');
  const inspections = within.filter(
    (r) => r.kind === 'inspected' && (pull === undefined || r.atMs <= pull.atMs),
  );
  const said = (ending: AlertEnding, rest: Partial<EndedAlert> = {}): EndedAlert => ({
    ...alert,
    ending,
    actedOn: inspections.length > 0 || (pull?.kind === 'pulled' && pull.reason === 'PREVENTIVE'),
    leadMs: null,
    recordedMode: null,
    ...rest,
  });
  if (pull?.kind === 'pulled') {
    const recordedMode = pull.mode;
    if (pull.failedMs !== null)
      return said('failed', { leadMs: Math.max(pull.failedMs - alert.startMs, 0), recordedMode });
    if (pull.finding === 'CONFIRMED') return said('prevented', { recordedMode });
    // Pulled and not taken apart yet: it may still be told.
    return said(pull.finding === 'NOT_FOUND' ? 'not-found' : 'open', { recordedMode });
  }
  const last = inspections.findLast((r) => r.kind === 'inspected' && r.finding !== 'NOT_INSPECTED');
  if (last?.kind === 'inspected')
    return said(last.finding === 'CONFIRMED' ? 'confirmed' : 'not-found', { recordedMode: last.mode });
  return said(alert.endMs !== null && alert.endMs + graceMs <= nowMs ? 'not-found' : 'open');
}

/** Open at the failure, or closed by it. */
function covers({ startMs, endMs }: RiskAlert, failedMs: number): boolean {
  return (
    startMs <= failedMs && failedMs - startMs <= graceMs && (endMs === null || endMs + slackMs >= failedMs)
  );
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
