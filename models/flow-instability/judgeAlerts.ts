/** What the alerts of a run were worth: false ones in normal rows, events found, of which kind, how soon. */
import type { AlertSpan } from '../threew/alertStream.js';
import { poissonBounds } from './poissonBounds.js';

/** One recording in the stream of its well. */
export interface PlayedFile {
  readonly file: string;
  readonly well: string;
  readonly real: boolean;
  readonly class: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Begin of the first event row; NaN without an event. */
  readonly eventMs: number;
  /** Stretches of rows labelled 0. */
  readonly normal: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Of the whole stream. */
  readonly spans: readonly AlertSpan[];
}

/** Causes that are right for an event, likeliest names first. Slugging is instability that grew: each stands for the other. */
const rightCauses: Readonly<Record<number, readonly string[]>> = {
  2: ['safetyValveClosed'],
  3: ['severeSlugging', 'flowInstability'],
  4: ['flowInstability', 'severeSlugging'],
  6: ['chokeRestriction'],
};

const withinMs = 30 * 60_000;

export interface EventFigures {
  readonly class: number;
  readonly real: boolean;
  readonly files: number;
  /** An alert of the right kind stood or opened within 30 min of the event's begin (the file's, where it has no onset). */
  readonly detected: number;
  /** Of these, an alert stood already when the file began, in the well's files before. */
  readonly stoodBefore: number;
  /** The same with the very kind of 3W, slugging and instability told apart. */
  readonly exactKind: number;
  /** Any alert, at any time of the event. */
  readonly anyAlert: number;
  readonly delayMedianS: number | null;
  readonly delayP90S: number | null;
}

export interface AlertFigures {
  readonly falseAlarms: number;
  readonly falseAlarmBounds: { readonly low: number; readonly high: number };
  readonly falseAlarmsPerWellDay: number | null;
  readonly falseAlarmsPerWellMonth: number | null;
  /** Alerts that stood when normal rows began: opened before, in rows of an event. */
  readonly standingAtStart: number;
  /** Of classes 2, 3, 4 and 6. */
  readonly eventRecall: number | null;
  /** Of alerts that opened in the event: where one stood before, nothing was waited for. */
  readonly delayMedianS: number | null;
  readonly delayP90S: number | null;
  readonly classes: readonly EventFigures[];
  readonly falseAlarmList: readonly {
    readonly well: string;
    readonly at: string;
    readonly firstOut: string;
  }[];
}

const dayMs = 86_400_000;
/** Mean month, days. */
const monthDays = 30.44;

export function normalDaysOf(files: readonly PlayedFile[]): number {
  const ms = files.flatMap(({ normal }) => normal.map(({ fromMs, toMs }) => toMs - fromMs));
  return ms.reduce((sum, v) => sum + v, 0) / dayMs;
}

export function judgeAlerts(files: readonly PlayedFile[]): AlertFigures {
  const falses = files.flatMap(({ well, normal, spans }) =>
    spans
      .filter(({ openedMs }) => normal.some((n) => openedMs > n.fromMs && openedMs <= n.toMs))
      .map(({ openedMs, firstOut }) => ({ well, at: new Date(openedMs).toISOString(), firstOut })),
  );
  const standingAtStart = files.reduce(
    (sum, { normal, spans }) =>
      sum +
      normal.filter((n) => spans.some((s) => s.openedMs <= n.fromMs && (s.endMs ?? Infinity) > n.fromMs))
        .length,
    0,
  );
  const days = normalDaysOf(files);
  const rate = days === 0 ? null : falses.length / days;
  const events = files.filter((f) => !Number.isNaN(f.eventMs)).map((f) => ({ f, ...outcomeOf(f) }));
  const delays = (of: typeof events) =>
    of
      .flatMap(({ delayMs, stood }) => (delayMs === null || stood ? [] : [delayMs / 1000]))
      .sort((a, b) => a - b);
  const kinds = new Map(events.map(({ f }) => [`${f.class} ${f.real}`, f]));
  // Of other events no rule names the kind: they are listed, with whatever alert they gave.
  const known = events.filter(({ f }) => f.class in rightCauses);
  const all = delays(known);
  return {
    falseAlarms: falses.length,
    falseAlarmBounds: poissonBounds(falses.length),
    falseAlarmsPerWellDay: rate,
    falseAlarmsPerWellMonth: rate === null ? null : rate * monthDays,
    standingAtStart,
    eventRecall:
      known.length === 0 ? null : known.filter(({ delayMs }) => delayMs !== null).length / known.length,
    delayMedianS: quantile(all, 0.5),
    delayP90S: quantile(all, 0.9),
    classes: [...kinds.values()].map((kind) => {
      const mine = events.filter(({ f }) => f.class === kind.class && f.real === kind.real);
      return {
        class: kind.class,
        real: kind.real,
        files: mine.length,
        detected: mine.filter(({ delayMs }) => delayMs !== null).length,
        stoodBefore: mine.filter(({ delayMs, stood }) => delayMs !== null && stood).length,
        exactKind: mine.filter(({ exact }) => exact).length,
        anyAlert: mine.filter(({ any }) => any).length,
        delayMedianS: quantile(delays(mine), 0.5),
        delayP90S: quantile(delays(mine), 0.9),
      };
    }),
    falseAlarmList: falses,
  };
}

function outcomeOf({ class: event, eventMs, startMs, endMs, spans }: PlayedFile): {
  readonly delayMs: number | null;
  readonly exact: boolean;
  readonly any: boolean;
  readonly stood: boolean;
} {
  const right = rightCauses[event] ?? [];
  // An alert from before an onset is a false one, not a prophecy; where the file has no onset the event is older than it.
  const hasOnset = eventMs > startMs;
  const during = spans.filter(
    (s) => s.openedMs <= endMs && (s.endMs ?? Infinity) >= eventMs && !(hasOnset && s.openedMs < eventMs),
  );
  const firstMs = (causes: readonly string[]): number =>
    Math.min(
      ...during.flatMap(({ kinds }) =>
        kinds
          .filter(({ cause }, i) => causes.includes(cause) && (kinds[i + 1]?.fromMs ?? Infinity) > eventMs)
          .map(({ fromMs }) => Math.max(0, fromMs - eventMs)),
      ),
    );
  const delayMs = firstMs(right);
  return {
    delayMs: delayMs <= withinMs ? delayMs : null,
    exact: firstMs(right.slice(0, 1)) <= withinMs,
    any: during.length > 0,
    stood: during.some((s) => s.openedMs <= startMs),
  };
}

function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}
