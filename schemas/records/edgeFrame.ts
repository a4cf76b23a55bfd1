/** What an edge site sends: one well's samples of several tags over a stretch of time (Avro `edge.telemetry.v1`). */

export interface EdgeSeries {
  readonly tag: string;
  /** Milliseconds after the frame's `t0`, one a sample. */
  readonly dtMs: readonly number[] | Int32Array;
  /** SI units (`schemas/signals`), float32. */
  readonly value: readonly number[] | Float32Array;
  /** One quality code a sample (`schemas/signals/quality.ts`); empty means all good. */
  readonly quality: Uint8Array;
}

/** `(tenant, site, well, stream, epoch, seq)` is a frame's identity: the edge gives it when it stores the frame durably. */
export interface EdgeFrame {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
  readonly stream: string;
  /** Minted anew by the edge whenever its store cannot prove continuity. */
  readonly epoch: number;
  /** Contiguous per well and stream within an epoch. */
  readonly seq: number;
  /** Unix time, milliseconds. */
  readonly t0: number;
  readonly historical: boolean;
  readonly series: readonly EdgeSeries[];
}
