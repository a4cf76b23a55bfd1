/** A well's history as columns on one time axis: what files, the simulator and the stream all come down to. */
import type { Equipment } from './equipment.js';
import type { FailureMode, OperatingEvent } from './modes.js';
import type { SignalName } from './signals.js';

export interface WellSeries {
  readonly well: string;
  /** Unix ms, rising; the step may change on the way. */
  readonly timesMs: Float64Array;
  /** One value a time, NaN where missing; a signal the well does not have is not there. */
  readonly columns: ReadonlyMap<SignalName, Float32Array>;
  readonly equipment: Equipment;
}

/** What befell a well: only the judge may see it, a score never takes it as input. */
export interface WellFailure {
  readonly mode: FailureMode;
  readonly onsetMs: number;
  readonly failureMs: number;
  /** From when somebody who knew the well could have seen it coming; null where nobody could. */
  readonly detectableFromMs: number | null;
  readonly sudden: boolean;
}

export interface WellEvent {
  readonly mode: OperatingEvent;
  readonly startMs: number;
  readonly endMs: number;
}

/** The rows up to and including `untilMs`, sharing memory with the whole. */
export function cutSeries(series: WellSeries, untilMs: number): WellSeries {
  let rows = 0;
  while (rows < series.timesMs.length && (series.timesMs[rows] as number) <= untilMs) rows++;
  return {
    ...series,
    timesMs: series.timesMs.subarray(0, rows),
    columns: new Map([...series.columns].map(([name, values]) => [name, values.subarray(0, rows)])),
  };
}
