/** Reads a telemetry frame written by another version of the schema, through avsc, into the same columns. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { EdgeSeries } from '#schemas/records/edgeFrame.js';
import { quality, qualityCodeMax } from '#schemas/signals/quality.js';
import { alignNames } from './alignNames.js';
import { AvroCursor, stringBytesMax } from './avroCursor.js';
import { checkBounds } from './checkBounds.js';
import type { ReadingColumns } from './readingColumns.js';
import { markNotANumber } from './readSamples.js';
import type { Rejection } from './rejection.js';

/** What avsc makes of our schema. */
interface GenericFrame {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
  readonly stream: string;
  readonly epoch: number;
  readonly seq: number;
  readonly t0: number;
  readonly historical: boolean;
  readonly series: readonly EdgeSeries[];
}

/** Reads the bytes of one writer's schema. Slower than the hand-written decoder by a factor of about 20. */
export class GenericDecoder {
  readonly #reader: avro.Type;
  readonly #writer: avro.Type;
  readonly #resolver: avro.Resolver;
  readonly #columns: ReadingColumns;
  readonly #cursor = new AvroCursor();

  /** Throws where `writerSchema` is no Avro schema or cannot be read as a frame: what must be there is missing or another type. */
  constructor(columns: ReadingColumns, writerSchema: string, readerSchema = readSchema('edge.telemetry.v1')) {
    const reader: unknown = JSON.parse(readerSchema);
    this.#columns = columns;
    this.#reader = avro.Type.forSchema(reader as avro.Schema);
    this.#writer = avro.Type.forSchema(alignNames(JSON.parse(writerSchema), reader) as avro.Schema, {
      wrapUnions: true,
    });
    this.#resolver = this.#reader.createResolver(this.#writer);
  }

  /** As `FrameDecoder.decode`. */
  decode(whole: Uint8Array, from: number, start = 0, end = whole.length): Rejection | null {
    const c = this.#cursor;
    c.open(whole, from, start, end);
    checkBounds(c, this.#writer);
    if (c.problem === null && c.position !== c.end) c.fail('bytes are left over');
    if (c.problem !== null) return { reason: 'undecodable', detail: c.problem, identified: false };
    const bytes = Buffer.from(whole.buffer, whole.byteOffset + from, end - from);
    let frame: GenericFrame;
    try {
      frame = this.#reader.decode(bytes, 0, this.#resolver).value as GenericFrame;
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'avsc cannot read it';
      return { reason: 'undecodable', detail, identified: false };
    }
    return fill(this.#columns, frame);
  }
}

function fill(columns: ReadingColumns, frame: GenericFrame): Rejection | null {
  columns.begin();
  columns.tenant = frame.tenant;
  columns.site = frame.site;
  columns.well = frame.well;
  columns.stream = frame.stream;
  columns.epoch = frame.epoch;
  columns.seq = frame.seq;
  columns.t0Ms = frame.t0;
  columns.historical = frame.historical;
  for (const name of [frame.tenant, frame.site, frame.well, frame.stream]) {
    if (Buffer.byteLength(name) > stringBytesMax) return tooLong(name, false);
  }
  for (const series of frame.series) {
    const rejection = fillSeries(columns, series);
    if (rejection !== null) return rejection;
  }
  return null;
}

function fillSeries(columns: ReadingColumns, series: EdgeSeries): Rejection | null {
  const { tag, dtMs, value, quality: codes } = series;
  const count = dtMs.length;
  if (Buffer.byteLength(tag) > stringBytesMax) return tooLong(tag, true);
  if (!columns.openSeries(tag)) return tooLarge(`more than ${columns.limits.seriesMax} series`);
  const s = columns.seriesCount - 1;
  const start = columns.starts[s]!;
  if (!columns.reserve(start + count)) return tooLarge(`more than ${columns.limits.samplesMax} samples`);
  columns.dtMs.set(dtMs, start);
  columns.starts[s + 1] = start + count;
  columns.sampleCount = start + count;
  if (value.length !== count || (codes.length !== 0 && codes.length !== count)) {
    const detail = `series ${tag} has ${count} times, ${value.length} values and ${codes.length} qualities`;
    return { reason: 'length-mismatch', detail, identified: true };
  }
  columns.values.set(value, start);
  for (let i = 1; i < count; i++) if (dtMs[i]! < dtMs[i - 1]!) columns.ordered[s] = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) continue;
    columns.allGood[s] = 0;
    columns.quality[start + i] = code > qualityCodeMax ? quality.bad : code;
  }
  markNotANumber(columns, s);
  return null;
}

function tooLarge(detail: string): Rejection {
  return { reason: 'frame-too-large', detail: `a frame of ${detail}`, identified: true };
}

function tooLong(name: string, identified: boolean): Rejection {
  const detail = `a name of ${Buffer.byteLength(name)} bytes (at most ${stringBytesMax})`;
  return { reason: 'undecodable', detail, identified };
}
