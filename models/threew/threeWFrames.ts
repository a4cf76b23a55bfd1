/** An instance as an edge site would send it: frames of so many seconds, canonical tags, SI units. */
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import type { ThreeWInstance } from './readThreeWFile.js';

export interface ThreeWFrameOptions {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
  readonly stream: string;
  readonly epoch: number;
  readonly firstSeq: number;
  /** Stretch of one frame. */
  readonly frameMs: number;
  /** Added to every time, to bring a recording of years ago to today. */
  readonly shiftMs: number;
  readonly historical: boolean;
}

/** Blank cells are not sent; a frame without one sample is not made. */
export function* threeWFrames(instance: ThreeWInstance, options: ThreeWFrameOptions): Generator<EdgeFrame> {
  let seq = options.firstSeq;
  for (let from = 0; from < instance.rows; ) {
    const t0 = instance.timesMs[from] as number;
    let to = from + 1;
    while (to < instance.rows && (instance.timesMs[to] as number) < t0 + options.frameMs) to++;
    const series = instance.columns.flatMap(({ tag, values }) => {
      const dtMs = new Int32Array(to - from);
      const value = new Float32Array(to - from);
      let n = 0;
      for (let i = from; i < to; i++) {
        const v = values[i] as number;
        if (Number.isNaN(v)) continue;
        dtMs[n] = (instance.timesMs[i] as number) - t0;
        value[n++] = v;
      }
      return n === 0
        ? []
        : [{ tag, dtMs: dtMs.subarray(0, n), value: value.subarray(0, n), quality: new Uint8Array(0) }];
    });
    if (series.length > 0)
      yield {
        tenant: options.tenant,
        site: options.site,
        well: options.well,
        stream: options.stream,
        epoch: options.epoch,
        seq: seq++,
        t0: t0 + options.shiftMs,
        historical: options.historical,
        series,
      };
    from = to;
  }
}
