/** A series run through a well's features, with a stop at each 06:00 UTC: the same for training and for files to be scored. */
import { dayMs, firstSixMs } from '../dayScore.js';
import { signalNames } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import { WellFeatures } from './wellFeatures.js';

/** Stops from the first 06:00 to the last at or before the end of the series; at each, rows up to and including it are in. */
export function replayDays(series: WellSeries, onDay: (well: WellFeatures, timeMs: number) => void): void {
  const well = new WellFeatures(series.equipment);
  const { timesMs } = series;
  const columns = signalNames.map((name) => series.columns.get(name));
  const row = new Float32Array(signalNames.length).fill(Number.NaN);
  if (timesMs.length === 0) return;
  let stopMs = firstSixMs(timesMs[0] as number);
  for (let i = 0; i < timesMs.length; i++) {
    const timeMs = timesMs[i] as number;
    for (; stopMs < timeMs; stopMs += dayMs) stop(stopMs);
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      if (column !== undefined) row[c] = column[i] as number;
    }
    well.push(timeMs, row);
  }
  if (stopMs <= (timesMs.at(-1) as number)) stop(stopMs);

  function stop(atMs: number): void {
    well.advance(atMs);
    onDay(well, atMs);
  }
}
