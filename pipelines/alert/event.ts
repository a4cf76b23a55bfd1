/** The one event a well can have at a time: findings that belong together, from the first to the return to normal. */
import type { AlertSignal, Feedback, PastAlert } from '#schemas/records/alert.js';
import type { Severity } from '#schemas/records/anomaly.js';

export interface Signal extends AlertSignal {
  readonly severity: Severity;
}

export interface AlertEvent {
  readonly alertId: string;
  revision: number;
  /** First-out first, then as they came. */
  signals: readonly Signal[];
  /** Start of each activation, ms, newest last; as many as `activationsKept`. */
  activationsMs: readonly number[];
  activations: number;
  /** Null while the condition lasts. */
  endMs: number | null;
  /** Null: nobody yet. */
  acknowledgedBy: string | null;
  feedback: Feedback | null;
  suppressed: boolean;
  /** Beyond the well's rate limit: written down, not sent. */
  limited: boolean;
  /** Whether it was ever counted against the rate limit. */
  counted: boolean;
  /** What was last said of it, to say only what changed. */
  said: string;
}

export interface PastEvent extends PastAlert {
  readonly firstOutTag: string | null;
  readonly cause: string;
}

/** Enough to see chattering. */
const activationsKept = 8;
/** Signals of one event; a well has a few dozen sensors, and what moved twentieth is no help. */
export const signalsMax = 24;

const severityOrder: readonly Severity[] = ['info', 'warning', 'critical'];

export function worstSeverity(signals: readonly Signal[]): Severity {
  let worst = 0;
  for (const { severity } of signals) worst = Math.max(worst, severityOrder.indexOf(severity));
  return severityOrder[worst] as Severity;
}

export function isSameFinding(a: AlertSignal, b: AlertSignal): boolean {
  return a.detector === b.detector && a.tag === b.tag && a.startMs === b.startMs;
}

/** First-out: the least start; equal ones in the order of detector and tag, so that a replay says the same. */
export function byStart(a: AlertSignal, b: AlertSignal): number {
  return (
    a.startMs - b.startMs ||
    (a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : 0) ||
    ((a.tag ?? '') < (b.tag ?? '') ? -1 : (a.tag ?? '') > (b.tag ?? '') ? 1 : 0)
  );
}

export function openEvent(alertId: string, signals: readonly Signal[], atMs: number): AlertEvent {
  return {
    alertId,
    revision: 0,
    signals,
    activationsMs: [atMs],
    activations: 1,
    endMs: null,
    acknowledgedBy: null,
    feedback: null,
    suppressed: false,
    limited: false,
    counted: false,
    said: '',
  };
}

/** The condition came back while the event was not over: people have to look again. */
export function reactivate(event: AlertEvent, atMs: number): void {
  event.endMs = null;
  event.acknowledgedBy = null;
  event.counted = false;
  event.activations++;
  event.activationsMs = [...event.activationsMs, atMs].slice(-activationsKept);
}
