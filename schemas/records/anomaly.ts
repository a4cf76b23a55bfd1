/** A finding of a detector: what was expected of a signal and what was seen. */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

/** `quality` is about the sensor, `process` about the well. */
export type AnomalyKind = 'quality' | 'process';
export type Severity = 'info' | 'warning' | 'critical';

/** A signal's part of a finding over several, 0–1. */
export interface SignalShare {
  readonly tag: string;
  readonly share: number;
}

export interface Anomaly {
  /** Deterministic: tenant, well, tag, detector and start, so that a replay makes the same one. */
  readonly anomalyId: string;
  readonly well: WellRef;
  readonly lane: Lane;
  /** Null where the finding is about the whole well. */
  readonly tag: string | null;
  readonly detector: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  /** Opened or closed: an open one has no end yet. Each is a row; readers take the latest of an id. */
  readonly startMs: number;
  readonly endMs: number | null;
  /** In units of the signal's normal spread, at its worst so far. */
  readonly score: number;
  /** In the signal's SI unit; null where the detector has no such notion. */
  readonly expected: number | null;
  readonly actual: number | null;
  readonly unit: string | null;
  /** Key into the detector's texts (`x.texts.ts`). */
  readonly textKey: string;
  /** Where several signals were looked at together: those that made most of it, greatest first. */
  readonly contributions?: readonly SignalShare[];
}
