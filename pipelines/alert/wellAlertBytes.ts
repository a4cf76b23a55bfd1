/** The alerts of a well as bytes of operator state, and back. */
import type { Feedback } from '#schemas/records/alert.js';
import type { Severity } from '#schemas/records/anomaly.js';
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { AlertLimits } from './alertLimits.js';
import type { AlertEvent, PastEvent, Signal } from './event.js';
import { Shelves } from './shelves.js';
import { WellAlerts } from './wellAlerts.js';
import { WellContext } from './wellContext.js';

const severities: readonly Severity[] = ['info', 'warning', 'critical'];
const feedbacks: readonly (Feedback | null)[] = [null, 'true', 'false', 'known'];

function writeOptional(out: PackedWriter, value: number | null): void {
  out.float64(value ?? Number.NaN);
}

function readOptional(from: PackedReader): number | null {
  const value = from.float64();
  return Number.isNaN(value) ? null : value;
}

/** Names are never empty, so that an empty text is none. */
function readName(from: PackedReader): string | null {
  const text = from.text();
  return text === '' ? null : text;
}

function writeSignals(out: PackedWriter, signals: readonly Signal[]): void {
  out.count(signals.length);
  for (const s of signals) {
    out.text(s.tag ?? '');
    out.text(s.detector);
    out.text(s.textKey);
    out.count(s.startMs);
    writeOptional(out, s.endMs);
    writeOptional(out, s.expected);
    writeOptional(out, s.actual);
    out.text(s.unit ?? '');
    out.float64(s.score);
    const { contributions = [] } = s;
    // The rest of the byte: how many signals it is made of, none in states of before there were any.
    out.byte(severities.indexOf(s.severity) + 4 * contributions.length);
    for (const { tag, share } of contributions) {
      out.text(tag);
      out.float32(share);
    }
  }
}

function readSignals(from: PackedReader): Signal[] {
  return Array.from({ length: from.count() }, () => {
    const signal = {
      tag: readName(from),
      detector: from.text(),
      textKey: from.text(),
      startMs: from.count(),
      endMs: readOptional(from),
      expected: readOptional(from),
      actual: readOptional(from),
      unit: readName(from),
      score: from.float64(),
    };
    const packed = from.byte();
    const severity = severities[packed % 4] as Severity;
    if (packed < 4) return { ...signal, severity };
    const contributions = Array.from({ length: packed >> 2 }, () => ({
      tag: from.text(),
      share: from.float32(),
    }));
    return { ...signal, severity, contributions };
  });
}

function writeEvent(out: PackedWriter, event: AlertEvent): void {
  out.text(event.alertId);
  out.count(event.revision);
  writeSignals(out, event.signals);
  out.count(event.activations);
  out.count(event.activationsMs.length);
  for (const ms of event.activationsMs) out.count(ms);
  writeOptional(out, event.endMs);
  out.text(event.acknowledgedBy ?? '');
  out.byte(feedbacks.indexOf(event.feedback));
  out.byte((event.suppressed ? 1 : 0) | (event.limited ? 2 : 0) | (event.counted ? 4 : 0));
  out.text(event.said);
}

function readEvent(from: PackedReader): AlertEvent {
  const alertId = from.text();
  const revision = from.count();
  const signals = readSignals(from);
  const activations = from.count();
  const activationsMs = Array.from({ length: from.count() }, () => from.count());
  const endMs = readOptional(from);
  const acknowledgedBy = readName(from);
  const feedback = feedbacks[from.byte()] ?? null;
  const flags = from.byte();
  return {
    alertId,
    revision,
    signals,
    activations,
    activationsMs,
    endMs,
    acknowledgedBy,
    feedback,
    suppressed: (flags & 1) !== 0,
    limited: (flags & 2) !== 0,
    counted: (flags & 4) !== 0,
    said: from.text(),
  };
}

function writePast(out: PackedWriter, past: readonly PastEvent[]): void {
  out.count(past.length);
  for (const p of past) {
    out.text(p.alertId);
    out.count(p.startMs);
    out.count(p.endMs);
    out.byte(feedbacks.indexOf(p.feedback));
    out.text(p.firstOutTag ?? '');
    out.text(p.cause);
  }
}

function readPast(from: PackedReader): PastEvent[] {
  return Array.from({ length: from.count() }, () => ({
    alertId: from.text(),
    startMs: from.count(),
    endMs: from.count(),
    feedback: feedbacks[from.byte()] ?? null,
    firstOutTag: readName(from),
    cause: from.text(),
  }));
}

export function writeWellAlerts(out: PackedWriter, alerts: WellAlerts): void {
  alerts.context.write(out);
  alerts.shelves.write(out);
  out.integer(alerts.lastActionHlc);
  out.count(alerts.missing.size);
  for (const tag of alerts.missing) out.text(tag);
  out.count(alerts.announcedMs.length);
  for (const ms of alerts.announcedMs) out.count(ms);
  writePast(out, alerts.past);
  writeSignals(out, alerts.pending);
  out.byte(alerts.event === null ? 0 : 1);
  if (alerts.event !== null) writeEvent(out, alerts.event);
}

export function readWellAlerts(from: PackedReader, limits: AlertLimits): WellAlerts {
  const alerts = new WellAlerts(limits);
  alerts.context = WellContext.read(from);
  alerts.shelves = Shelves.read(from);
  alerts.lastActionHlc = from.integer();
  alerts.missing = new Set(Array.from({ length: from.count() }, () => from.text()));
  alerts.announcedMs = Array.from({ length: from.count() }, () => from.count());
  alerts.past = readPast(from);
  alerts.pending = readSignals(from);
  if (from.byte() === 1) alerts.event = readEvent(from);
  return alerts;
}
