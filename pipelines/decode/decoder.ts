/** From a log record's value to a reading: finds the writer's schema, takes the fast path where its bytes are ours. */
import { readSchema } from '#schemas/avro/readSchema.js';
import { structuralForm } from '#schemas/avro/structuralForm.js';
import type { Reading } from '#schemas/records/reading.js';
import { schemaIdOf, wireHeaderBytes } from '#pipelines/registry/wireFormat.js';
import { FrameDecoder } from './frameDecoder.js';
import { GenericDecoder } from './genericDecoder.js';
import { type FrameLimits, frameLimitsDefault, ReadingColumns } from './readingColumns.js';
import type { Rejection } from './rejection.js';
import { StringCache } from './stringCache.js';

/** Schemas a topic ever had; beyond it the readers made for them are made anew. */
const schemasMax = 256;

/** What is known of schemas without waiting. */
export interface SchemaTexts {
  /** The schema's text; null where the registry said that there is none, undefined where it was not asked yet. */
  schemaText(schemaId: number): string | null | undefined;
}

/** The schema must be fetched; then the same bytes are decoded again. */
export interface NeedsSchema {
  readonly reason: 'needs-schema';
  readonly schemaId: number;
}

export type DecodeOutcome = 'decoded' | Rejection | NeedsSchema;

export interface Decoder {
  /** Holds the frame after 'decoded', until the next call. After a rejection with `identified`, its identity and `t0Ms`. */
  readonly reading: Reading;
  /** What lies in `bytes` from `from` to `to`, without them all of it; in Confluent's wire format. Null: no value. */
  decode(bytes: Uint8Array | null, from?: number, to?: number): DecodeOutcome;
}

export interface DecoderOptions {
  readonly schemas: SchemaTexts;
  readonly limits?: FrameLimits;
}

interface FrameReader {
  /** The record begins at `start`, its Avro at `from`. */
  decode(bytes: Uint8Array, from: number, start: number, end: number): Rejection | null;
}

export function createDecoder(options: DecoderOptions): Decoder {
  const columns = new ReadingColumns(options.limits ?? frameLimitsDefault);
  const ours: FrameReader = new FrameDecoder(columns, new StringCache());
  const ourForm = structuralForm(readSchema('edge.telemetry.v1'));
  const readers = new Map<number, FrameReader>();
  let lastId = -1;
  let lastReader = ours;

  function readerOf(schemaId: number): FrameReader | Rejection | NeedsSchema {
    const known = readers.get(schemaId);
    if (known !== undefined) return known;
    const text = options.schemas.schemaText(schemaId);
    if (text === undefined) return { reason: 'needs-schema', schemaId };
    if (text === null) return unknownSchema(`the registry has no schema ${schemaId}`);
    let reader = ours;
    if (structuralForm(text) !== ourForm) {
      try {
        reader = new GenericDecoder(columns, text);
      } catch (error) {
        const why = error instanceof Error ? error.message : 'avsc refuses it';
        return unknownSchema(`schema ${schemaId} is not that of a telemetry frame: ${why}`);
      }
    }
    if (readers.size >= schemasMax) readers.clear();
    readers.set(schemaId, reader);
    return reader;
  }

  return {
    reading: columns,
    decode(bytes, from = 0, to = bytes?.length ?? 0) {
      const schemaId = bytes === null ? -1 : schemaIdOf(bytes, from, to);
      if (bytes === null || schemaId < 0) return badHeader(bytes?.subarray(from, to) ?? null);
      if (schemaId !== lastId) {
        const reader = readerOf(schemaId);
        if ('reason' in reader) return reader;
        lastReader = reader;
        lastId = schemaId;
      }
      return lastReader.decode(bytes, from + wireHeaderBytes, from, to) ?? 'decoded';
    },
  };
}

function badHeader(value: Uint8Array | null): Rejection {
  const what =
    value === null
      ? 'the record has no value'
      : value.length < wireHeaderBytes
        ? `the value is ${value.length} bytes long, its header alone takes ${wireHeaderBytes}`
        : `the value begins with bytes ${value.subarray(0, wireHeaderBytes).join(' ')}: not a 0 and a schema id`;
  return { reason: 'wire-format', detail: what, identified: false };
}

function unknownSchema(detail: string): Rejection {
  return { reason: 'unknown-schema', detail, identified: false };
}
