/** What a shadow would have told people beside what they were told: in both, in one alone, how much sooner, how often. */
import type { Feedback } from '#schemas/records/alert.js';

/** An alert that was, or would have been, sent. */
export interface ComparedAlert {
  readonly alertId: string;
  readonly wellId: number;
  /** `site/well`. */
  readonly well: string;
  readonly startMs: number;
  /** Null while it lasts. */
  readonly endMs: number | null;
  /** When people were, or would have been, told. */
  readonly saidMs: number;
  readonly firstOutTag: string | null;
  readonly cause: string;
  /** What a person said of it; of the shadow's only where the id is that of a real one. */
  readonly feedback: Feedback | null;
}

/** A well and how long both looked at it. */
export interface ComparedWell {
  readonly wellId: number;
  readonly days: number;
}

export type FeedbackCounts = Readonly<Record<Feedback | 'none', number>>;

export interface ShadowComparison {
  readonly wells: number;
  readonly wellDays: number;
  readonly old: { readonly alerts: number; readonly perWellDay: number | null };
  readonly new: { readonly alerts: number; readonly perWellDay: number | null };
  readonly both: readonly {
    readonly old: ComparedAlert;
    readonly new: ComparedAlert;
    /** Below 0: the shadow would have told sooner. */
    readonly delayS: number;
  }[];
  readonly onlyOld: readonly ComparedAlert[];
  readonly onlyNew: readonly ComparedAlert[];
  /** Of those in both; null without one. */
  readonly delayMedianS: number | null;
  /** What people said of the old alerts, those the shadow has too and those it has not. */
  readonly feedback: { readonly both: FeedbackCounts; readonly onlyOld: FeedbackCounts };
}

/** Alerts of one well that overlap, or begin so near to each other, are of one event. */
const nearMs = 30 * 60_000;

/** Each alert is paired once at most, in order of start: a second one for the same event is one more call. */
export function compareShadow(
  wells: readonly ComparedWell[],
  old: readonly ComparedAlert[],
  shadow: readonly ComparedAlert[],
): ShadowComparison {
  const byStart = (a: ComparedAlert, b: ComparedAlert): number =>
    a.startMs - b.startMs || (a.alertId < b.alertId ? -1 : 1);
  const left = [...shadow].sort(byStart);
  const both: { old: ComparedAlert; new: ComparedAlert; delayS: number }[] = [];
  const onlyOld: ComparedAlert[] = [];
  for (const one of [...old].sort(byStart)) {
    const at = left.findIndex((other) => other.wellId === one.wellId && isSameEvent(one, other));
    const other = left[at];
    if (other === undefined) {
      onlyOld.push(one);
      continue;
    }
    left.splice(at, 1);
    both.push({ old: one, new: other, delayS: (other.saidMs - one.saidMs) / 1000 });
  }
  const wellDays = wells.reduce((sum, { days }) => sum + days, 0);
  const rate = (alerts: number): number | null => (wellDays > 0 ? alerts / wellDays : null);
  const delays = both.map(({ delayS }) => delayS).sort((a, b) => a - b);
  return {
    wells: wells.length,
    wellDays,
    old: { alerts: old.length, perWellDay: rate(old.length) },
    new: { alerts: shadow.length, perWellDay: rate(shadow.length) },
    both,
    onlyOld,
    onlyNew: left,
    delayMedianS: medianOf(delays),
    feedback: { both: countsOf(both.map((pair) => pair.old)), onlyOld: countsOf(onlyOld) },
  };
}

function isSameEvent(a: ComparedAlert, b: ComparedAlert): boolean {
  if (Math.abs(a.startMs - b.startMs) <= nearMs) return true;
  return a.startMs < (b.endMs ?? Infinity) && b.startMs < (a.endMs ?? Infinity);
}

function medianOf(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

function countsOf(alerts: readonly ComparedAlert[]): FeedbackCounts {
  const count = (of: Feedback | null): number => alerts.filter(({ feedback }) => feedback === of).length;
  return { true: count('true'), false: count('false'), known: count('known'), none: count(null) };
}
