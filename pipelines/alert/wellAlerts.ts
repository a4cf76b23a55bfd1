/** The alerts of one well: findings become an event, the event lives by time and by what people decide, every change is said. */
import type { Alert, Confidence, WellState } from '#schemas/records/alert.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { service } from '#schemas/records/windowAggregate.js';
import type { AlertAction } from './alertAction.js';
import type { AlertLimits } from './alertLimits.js';
import { alarmState, isAnnounced } from './alarmState.js';
import { isSaidByRule, likelyCauses } from './causes.js';
import {
  type AlertEvent,
  byStart,
  isSameFinding,
  openEvent,
  type PastEvent,
  reactivate,
  type Signal,
  signalsMax,
  worstSeverity,
} from './event.js';
import { priorityOf } from './priority.js';
import { Shelves } from './shelves.js';
import { WellContext } from './wellContext.js';

/** Ended events remembered a well: what a person looks back on. */
export const pastMax = 8;
/** Sensors of a well that are named as missing. */
export const missingMax = 64;

const hourMs = 3_600_000;
/** A score of so many spreads is far out, whatever the signal. */
const farOut = 12;

/**
 * Residuals mean nothing until levels are learned again after a start or a change; what a rule of physics found does. A
 * shut-in well has no flow to judge, and a well test moves it on purpose: there both wait.
 */
function isExpectedIn(state: WellState, signals: readonly Signal[]): boolean {
  if (state === 'shut-in' || state === 'testing') return true;
  if (state !== 'starting' && state !== 'changing') return false;
  return !signals.some(({ severity, textKey }) => severity !== 'info' && isSaidByRule(textKey));
}

export class WellAlerts {
  context = new WellContext();
  shelves = new Shelves();
  /** Open findings that are no part of the event yet: too short. */
  pending: readonly Signal[] = [];
  event: AlertEvent | null = null;
  past: readonly PastEvent[] = [];
  /** Tags whose sensor cannot be believed now. */
  missing = new Set<string>();
  /** When alerts were sent in the last hour, ms. */
  announcedMs: readonly number[] = [];
  /** Version of the newest action: an older one that comes again is no news. */
  lastActionHlc = -1;
  readonly #limits: AlertLimits;

  constructor(limits: AlertLimits) {
    this.#limits = limits;
  }

  /** Whether baselines must not learn: the event's condition lasts. */
  get frozen(): boolean {
    return this.event !== null && this.event.endMs === null;
  }

  noteFinding(a: Anomaly): void {
    if (a.kind === 'quality') {
      if (a.tag === null) return;
      if (a.endMs !== null) this.missing.delete(a.tag);
      else if (this.missing.size < missingMax) this.missing.add(a.tag);
      return;
    }
    const { tag, detector, textKey, startMs, endMs, expected, actual, unit, score, severity, contributions } =
      a;
    const signal: Signal = {
      tag,
      detector,
      textKey,
      startMs,
      endMs,
      expected,
      actual,
      unit,
      score,
      severity,
      ...(contributions === undefined ? {} : { contributions }),
    };
    if (this.event?.signals.some((s) => isSameFinding(s, signal))) {
      this.event.signals = this.event.signals.map((s) => (isSameFinding(s, signal) ? signal : s));
      return;
    }
    const wasPending = this.pending.some((s) => isSameFinding(s, signal));
    this.pending = this.pending.filter((s) => !isSameFinding(s, signal));
    // Came and went inside one cycle, as while catching up: written down as an alert that has returned, sent to nobody.
    const lasted =
      endMs !== null && wasPending && severity !== 'info' && endMs - startMs >= this.#limits.onDelayMs;
    if ((endMs === null || lasted) && this.pending.length < signalsMax)
      this.pending = [...this.pending, signal];
  }

  act(action: AlertAction, hlc: number): void {
    if (hlc <= this.lastActionHlc) return;
    this.lastActionHlc = hlc;
    const { event } = this;
    const meant = event !== null && (action.alertId === null || action.alertId === event.alertId);
    switch (action.kind) {
      case 'acknowledge':
        if (meant) event.acknowledgedBy = action.by;
        break;
      case 'shelve':
        this.shelves.put(action);
        break;
      case 'unshelve':
        this.shelves.remove(action.tag);
        break;
      case 'out-of-service':
        this.shelves.outOfService = true;
        break;
      case 'return-to-service':
        this.shelves.outOfService = false;
        break;
      case 'feedback':
        if (meant) event.feedback = action.feedback;
        else
          this.past = this.past.map((p) =>
            p.alertId === action.alertId ? { ...p, feedback: action.feedback } : p,
          );
        break;
    }
  }

  /** Once a cycle, all inputs in: opens, ends and forgets by the well's own time, and says what changed. */
  step(well: WellRef, nowMs: number, say: (alert: Alert) => void): void {
    this.#gather(well);
    const { event } = this;
    if (event === null) return;
    const { newestMs } = this.context;
    // What opens nothing holds nothing open either.
    const holding = event.signals.filter(({ severity }) => severity !== 'info');
    const ended = holding.every(({ endMs }) => endMs !== null);
    if (ended && event.endMs === null) {
      const lastMs = holding.reduce((last, { endMs }) => Math.max(last, endMs ?? 0), 0);
      if (newestMs - lastMs >= this.#limits.offDelayMs) event.endMs = lastMs;
    }
    const state = this.context.stateAt(this.#limits);
    event.suppressed =
      this.shelves.service === service.maintenance ||
      (isExpectedIn(state, event.signals) && worstSeverity(event.signals) !== 'critical');
    this.#sayChange(well, event, nowMs, say);
    // What nobody acknowledged waits for them, until the next event takes its place.
    const over = event.endMs !== null && newestMs - event.endMs >= this.#limits.regroupMs;
    if (over && event.acknowledgedBy !== null) this.#forget(event);
  }

  /** Findings old enough join the event, bring it back, or open one. */
  #gather(well: WellRef): void {
    const { newestMs } = this.context;
    // What is only noted opens nothing; it joins what does.
    const ripe = (s: Signal): boolean =>
      s.severity === 'critical' ||
      (s.severity === 'warning' && newestMs - s.startMs >= this.#limits.onDelayMs);
    const ripened = this.pending.filter(ripe);
    if (ripened.length === 0) return;
    // What moved together belongs together, also what opens no event by itself; what was noted long before does not.
    const fromMs = Math.min(...ripened.map(({ startMs }) => startMs)) - this.#limits.regroupMs;
    const joining = this.pending.filter(({ startMs }) => startMs >= fromMs).sort(byStart);
    this.pending = this.pending.filter(({ startMs }) => startMs < fromMs);
    const first = joining[0] as Signal;
    if (this.event?.endMs != null && first.startMs - this.event.endMs >= this.#limits.regroupMs)
      this.#forget(this.event);
    const { event } = this;
    if (event === null) {
      const { slug } = well.tenant;
      const alertId = [slug, well.wellId, first.detector, first.tag ?? '', first.startMs].join('/');
      this.event = openEvent(alertId, joining, first.startMs);
      return;
    }
    if (event.endMs !== null) reactivate(event, first.startMs);
    event.signals = keepNewest([...event.signals, ...joining]);
  }

  #sayChange(well: WellRef, event: AlertEvent, nowMs: number, say: (alert: Alert) => void): void {
    const limits = this.#limits;
    const firstOut = event.signals[0] ?? null;
    const state = alarmState(
      {
        active: event.endMs === null,
        acknowledged: event.acknowledgedBy !== null,
        shelvedUntilMs: this.shelves.shelvedUntilMs(firstOut?.tag ?? null, nowMs),
        suppressed: event.suppressed,
        outOfService: this.shelves.outOfService || this.shelves.service === service.workover,
      },
      nowMs,
    );
    const severity = worstSeverity(event.signals);
    const deferred = event.endMs === null ? this.context.deferredOil() : null;
    const priority = priorityOf(severity, deferred, limits);
    const causes = causesOf(event.signals);
    const newest = event.activationsMs.at(-1) ?? 0;
    const recent = event.activationsMs.filter((ms) => newest - ms <= limits.chatterMs).length;
    const chattering = recent >= limits.chatterActivations;
    const standing = event.endMs === null && this.context.newestMs - newest >= limits.standingMs;
    const said = JSON.stringify([
      state,
      priority,
      severity,
      event.signals.length,
      event.signals.filter(({ endMs }) => endMs !== null).length,
      event.activations,
      causes,
      chattering,
      standing,
      event.acknowledgedBy,
      event.feedback,
    ]);
    if (said === event.said) return;
    event.said = said;
    event.revision++;
    if (isAnnounced(state) && event.endMs === null && !event.counted)
      this.#count(event, priority === 'high', nowMs);
    say({
      alertId: event.alertId,
      revision: event.revision,
      well,
      kind: 'process',
      state,
      priority,
      severity,
      startMs: startOf(event),
      endMs: event.endMs,
      changedMs: nowMs,
      wellState: this.context.stateAt(limits),
      firstOut,
      signals: event.signals,
      deferredOilM3PerDay: deferred,
      confidence: this.#confidence(event),
      causes,
      sensorsMissing: [...this.missing].sort(),
      activations: event.activations,
      chattering,
      standing,
      similar: this.past.filter(
        (p) => p.firstOutTag === firstOut?.tag || (p.cause !== 'unknown' && causes.includes(p.cause)),
      ),
      acknowledgedBy: event.acknowledgedBy,
      feedback: event.feedback,
      announced: isAnnounced(state) && event.counted && !event.limited,
    });
  }

  /** What is urgent is always sent. */
  #count(event: AlertEvent, urgent: boolean, nowMs: number): void {
    event.counted = true;
    const { announcedPerHourMax } = this.#limits;
    const recent = this.announcedMs.filter((ms) => nowMs - ms < hourMs);
    event.limited = !urgent && recent.length >= announcedPerHourMax;
    this.announcedMs = event.limited ? recent : [...recent, nowMs].slice(-announcedPerHourMax);
  }

  /**
   * High: two signals or more agree and every sensor can be believed. Low: one signal, not far out, or a sensor of the event
   * is among the missing. Medium: the rest.
   */
  #confidence({ signals }: AlertEvent): Confidence {
    const tags = new Set(signals.map(({ tag }) => tag));
    if ([...tags].some((tag) => tag !== null && this.missing.has(tag))) return 'low';
    if (tags.size >= 2) return this.missing.size === 0 ? 'high' : 'medium';
    return signals.some(({ score }) => score >= farOut) ? 'medium' : 'low';
  }

  #forget(event: AlertEvent): void {
    const past: PastEvent = {
      alertId: event.alertId,
      startMs: startOf(event),
      endMs: event.endMs ?? 0,
      feedback: event.feedback,
      firstOutTag: event.signals[0]?.tag ?? null,
      cause: causesOf(event.signals)[0] ?? 'unknown',
    };
    this.past = [...this.past, past].slice(-pastMax);
    this.event = null;
  }
}

function startOf({ signals }: AlertEvent): number {
  return signals[0]?.startMs ?? 0;
}

/** First-out stays; of the others the newest. */
function keepNewest(signals: readonly Signal[]): readonly Signal[] {
  if (signals.length <= signalsMax) return signals;
  return [signals[0] as Signal, ...signals.slice(signals.length - signalsMax + 1)];
}

/** What a rule found and lasts says more than what has ended. */
function causesOf(signals: readonly Signal[]): readonly string[] {
  const lasting = signals.filter(({ endMs, textKey }) => endMs === null && isSaidByRule(textKey));
  return likelyCauses(
    sidesOf(signals),
    (lasting.length === 0 ? signals : lasting).map(({ textKey }) => textKey),
  );
}

function sidesOf(signals: readonly Signal[]): ReadonlyMap<string, 'high' | 'low'> {
  const sides = new Map<string, 'high' | 'low'>();
  for (const { tag, textKey, expected, actual } of signals) {
    if (tag === null) continue;
    if (textKey === 'high' || textKey === 'low') sides.set(tag, textKey);
    else if (expected !== null && actual !== null && expected !== actual)
      sides.set(tag, actual > expected ? 'high' : 'low');
  }
  return sides;
}
