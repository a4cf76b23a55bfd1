/** An alert: what happens together at a well, as one event with one life (ISA-18.2), told so that a person can act on it. */
import type { Severity, SignalShare } from './anomaly.js';
import type { WellRef } from './wellRef.js';

/**
 * States of an alarm in the words of ISA-18.2-2016, fig. 11: normal, unacknowledged, acknowledged, returned to normal but
 * unacknowledged, shelved (by a person, until a time, with a reason), suppressed by design, out of service.
 */
export const alarmStates = [
  'normal',
  'unacknowledged',
  'acknowledged',
  'returned-unacknowledged',
  'shelved',
  'suppressed',
  'out-of-service',
] as const;
export type AlarmState = (typeof alarmStates)[number];

export type AlertPriority = 'low' | 'medium' | 'high';
/** `site-silent`: nothing comes from a whole site, which says nothing about its wells. */
export type AlertKind = 'process' | 'site-silent';
export type Confidence = 'low' | 'medium' | 'high';
/** What a well is doing, as far as its signals and records say. */
export type WellState = 'producing' | 'shut-in' | 'starting' | 'changing' | 'testing' | 'unknown';
/** What a person said of it afterwards: kept for evaluation. */
export type Feedback = 'true' | 'false' | 'known';

/** One finding of the event. */
export interface AlertSignal {
  readonly tag: string | null;
  readonly detector: string;
  readonly textKey: string;
  readonly startMs: number;
  /** Null while it lasts. */
  readonly endMs: number | null;
  readonly expected: number | null;
  readonly actual: number | null;
  readonly unit: string | null;
  readonly score: number;
  /** Where several signals were looked at together: those that made most of it, greatest first. */
  readonly contributions?: readonly SignalShare[];
}

/** An earlier alert of the well with the same first cause or first-out signal, and how it ended. */
export interface PastAlert {
  readonly alertId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly feedback: Feedback | null;
}

export interface Alert {
  /** Deterministic: tenant, well, first-out detector and tag, start. */
  readonly alertId: string;
  /** Counted from 1: of two versions of an alert the greater holds. */
  readonly revision: number;
  readonly well: WellRef;
  readonly kind: AlertKind;
  readonly state: AlarmState;
  readonly priority: AlertPriority;
  readonly severity: Severity;
  readonly startMs: number;
  /** Null while the condition lasts. */
  readonly endMs: number | null;
  /** By the cycle's clock. */
  readonly changedMs: number;
  readonly wellState: WellState;
  /** The signal that moved first; null for a silent site. */
  readonly firstOut: AlertSignal | null;
  /** Everything that belongs to the event, first-out first. */
  readonly signals: readonly AlertSignal[];
  /** Oil not produced while it lasts, m³/d; null without a rate to compare. */
  readonly deferredOilM3PerDay: number | null;
  readonly confidence: Confidence;
  /** Keys of `causes.texts.ts`, likeliest first. */
  readonly causes: readonly string[];
  /** Sensors of the well that cannot be believed now. */
  readonly sensorsMissing: readonly string[];
  /** How often the condition came back. */
  readonly activations: number;
  readonly chattering: boolean;
  /** Lasts longer than a day: a new normal, for a person to judge. */
  readonly standing: boolean;
  readonly similar: readonly PastAlert[];
  readonly acknowledgedBy: string | null;
  readonly feedback: Feedback | null;
  /** False where it is written down but not sent: shelved, suppressed, out of service, or beyond the well's rate limit. */
  readonly announced: boolean;
}
