/** A series of an ESP as the frames an edge site would send. */
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import { signalOf } from '#schemas/signals/catalogue.js';
import { type SignalName, signalNames, signalRange } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';

/** On the wire some fractions are in per cent: what to divide by. */
export function wireFactor(name: SignalName): number {
  return signalOf(name)?.unit === '%' && signalRange[name].unit === '1' ? 100 : 1;
}

export interface EspFrameOptions {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
  readonly stream: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly historical: boolean;
  /** Rows with times in [fromMs, untilMs). */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rowsPerFrame: number;
  /** Added to every time. */
  readonly shiftMs?: number;
}

export function* espFrames(series: WellSeries, options: EspFrameOptions): Generator<EdgeFrame> {
  const { tenant, site, well, stream, epoch, firstSeq, historical, rowsPerFrame, shiftMs = 0 } = options;
  const { timesMs } = series;
  let row = timesMs.findIndex((ms) => ms >= options.fromMs);
  if (row < 0) return;
  let seq = firstSeq;
  while (row < timesMs.length && (timesMs[row] as number) < options.untilMs) {
    let end = row;
    while (end < timesMs.length && end - row < rowsPerFrame && (timesMs[end] as number) < options.untilMs)
      end++;
    const startMs = timesMs[row] as number;
    const about = { tenant, site, well, stream, epoch, historical };
    yield { ...about, seq: seq++, t0: startMs + shiftMs, series: tagsOf(series, row, end) };
    row = end;
  }
}

function tagsOf({ timesMs, columns }: WellSeries, from: number, until: number): EdgeFrame['series'] {
  const startMs = timesMs[from] as number;
  return signalNames.flatMap((tag) => {
    const values = columns.get(tag);
    if (values === undefined) return [];
    const factor = wireFactor(tag);
    const dtMs: number[] = [];
    const value: number[] = [];
    for (let r = from; r < until; r++) {
      const x = values[r] as number;
      if (Number.isNaN(x)) continue;
      dtMs.push((timesMs[r] as number) - startMs);
      value.push(x * factor);
    }
    return value.length === 0 ? [] : [{ tag, dtMs, value, quality: new Uint8Array(0) }];
  });
}
