/** Judges the rules for fast events on one-minute data: recall, delay, false alarms by event. */
import { isRunning } from '../features/minuteChannels.js';
import type { FastEvent } from '../rules/eventRules.js';
import { FastRules } from '../rules/fastRules.js';
import { signalNames } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import type { WellTruth } from './readLabels.js';

export interface FastEventMeasure {
  readonly event: string;
  /** Events that met a running pump with nothing else going on. */
  readonly happened: number;
  readonly told: number;
  readonly toldWithin5Min: number;
  readonly delayMedianMin: number | null;
  /** Told as another event. */
  readonly misnamed: number;
  /** Told while nothing was going on. */
  readonly falseAlarms: number;
}

const minuteMs = 60_000;
/** Rows further apart hold no fast event. */
const stepMostMs = 2 * minuteMs;
/** Rules that need minutes to confirm, or that see a pump find back to its state, are not false for that. */
const afterMs = 120 * minuteMs;
const withinMs = 5 * minuteMs;

interface Happening {
  readonly event: string;
  readonly startMs: number;
  /** Told until then it counts as told of this event. */
  readonly endMs: number;
  /** What is told until then is not of nothing: a shaft stays broken. */
  readonly overMs: number;
}

export class FastEventJudge {
  readonly #measures = new Map<
    string,
    { happened: number; delays: number[]; misnamed: number; false: number }
  >();
  #months = 0;

  /** Null until a well with rows a minute apart was judged. */
  get result(): { readonly wellMonths: number; readonly events: readonly FastEventMeasure[] } | null {
    if (this.#months === 0) return null;
    const events = [...this.#measures].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      wellMonths: this.#months,
      events: events.map(([event, m]) => ({
        event,
        happened: m.happened,
        told: m.delays.length,
        toldWithin5Min: m.delays.filter((delay) => delay <= withinMs).length,
        delayMedianMin: m.delays.length === 0 ? null : median(m.delays) / minuteMs,
        misnamed: m.misnamed,
        falseAlarms: m.false,
      })),
    };
  }

  judge(series: WellSeries, truth: WellTruth): void {
    const { timesMs } = series;
    if (timesMs.length < 2 || typicalStepMs(timesMs) > stepMostMs) return;
    const happenings = happeningsOf(truth);
    const rules = new FastRules();
    const columns = signalNames.map((name) => series.columns.get(name));
    const row = new Float32Array(signalNames.length);
    const told: { readonly event: FastEvent; readonly atMs: number }[] = [];
    const seenRunning = new Set<Happening>();
    let next = 0;
    for (let i = 0; i < timesMs.length; i++) {
      const atMs = timesMs[i] as number;
      for (let c = 0; c < row.length; c++) row[c] = columns[c]?.[i] ?? Number.NaN;
      for (const change of rules.push(atMs, row)) if (change.open) told.push(change);
      while (next < happenings.length && (happenings[next] as Happening).endMs < atMs) next++;
      const now = happenings[next];
      if (now && now.startMs <= atMs && isHeard(row) && isRunning(row)) seenRunning.add(now);
    }
    this.#months += ((timesMs.at(-1) as number) - (timesMs[0] as number)) / (30.4375 * 24 * 60 * minuteMs);
    for (const each of happenings) {
      if (!seenRunning.has(each) || !isAlone(each, happenings)) continue;
      const measure = this.#of(each.event);
      measure.happened++;
      const during = told.filter(({ atMs }) => atMs >= each.startMs && atMs <= each.endMs + withinMs);
      const right = during.find(({ event }) => event === each.event);
      if (right) measure.delays.push(right.atMs - each.startMs);
      else if (during.length > 0) measure.misnamed++;
    }
    for (const { event, atMs } of told)
      if (!happenings.some(({ startMs, overMs }) => atMs >= startMs && atMs <= overMs + afterMs))
        this.#of(event).false++;
  }

  #of(event: string) {
    let measure = this.#measures.get(event);
    if (!measure) this.#measures.set(event, (measure = { happened: 0, delays: [], misnamed: 0, false: 0 }));
    return measure;
  }
}

const telling = (['esp.ia', 'esp.ib', 'esp.ic', 'esp.kw', 'esp.pip'] as const).map((name) =>
  signalNames.indexOf(name),
);

/** In a gap of communication nothing can be told. */
function isHeard(row: Float32Array): boolean {
  return telling.some((i) => !Number.isNaN(row[i]));
}

/** A shaft that breaks is told within minutes too, though it ends in a pull. */
function happeningsOf(truth: WellTruth): Happening[] {
  const broken = truth.failures
    .filter(({ mode }) => mode === 'broken_shaft')
    .map(({ failureMs }) => ({
      event: 'broken_shaft',
      startMs: failureMs,
      endMs: failureMs + 60 * minuteMs,
      overMs: Number.POSITIVE_INFINITY,
    }));
  const events = truth.events.map(({ mode, startMs, endMs }) => ({
    event: mode,
    startMs,
    endMs,
    overMs: endMs,
  }));
  return [...events, ...broken].sort((a, b) => a.endMs - b.endMs);
}

function isAlone(each: Happening, all: readonly Happening[]): boolean {
  return all.every(
    (other) => other === each || other.endMs + afterMs < each.startMs || other.startMs > each.endMs,
  );
}

function typicalStepMs(timesMs: Float64Array): number {
  const last = Math.min(200, timesMs.length - 1);
  return median(Array.from({ length: last }, (_, i) => (timesMs[i + 1] as number) - (timesMs[i] as number)));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
