/** How a value of each column type becomes bytes; what a column does not take is found before a byte is written. */
import type { ColumnType } from '#schemas/tables/table.js';
import type { ChunkSink } from './chunkSink.js';
import { dateDays, isTimestamp, writeInt64, writeTimestamp } from './copyFormat.js';

/**
 * What a cell may hold: `bool` boolean; `int2`, `int4` integers; `int8` safe integers or bigint; `float4`, `float8` any number;
 * `text` string; `bytea` bytes; `timestamptz` Unix ms; `date` Unix ms of a UTC midnight or 'YYYY-MM-DD'; `jsonb` what JSON takes.
 */
export type Cell = null | boolean | number | bigint | string | Uint8Array | object;

/** A value ready to be written: checked, and with its size known. */
type Ready = number | bigint | Uint8Array;

export interface ColumnWriter {
  /** Undefined where the column does not take the value. */
  ready(value: NonNullable<Cell>): Ready | undefined;
  bytes(ready: Ready): number;
  /** Writes at the sink's position, room being reserved. */
  write(sink: ChunkSink, ready: Ready): void;
}

function fixed(
  bytes: number,
  ready: ColumnWriter['ready'],
  write: (view: DataView, position: number, value: number) => void,
): ColumnWriter {
  return {
    ready,
    bytes: () => bytes,
    write: (sink, value) => write(sink.view, sink.position, value as number),
  };
}

function integer(bits: number): ColumnWriter['ready'] {
  const limit = 2 ** (bits - 1);
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit
      ? value
      : undefined;
}

function number(value: NonNullable<Cell>): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function variable(ready: (value: NonNullable<Cell>) => Uint8Array | undefined): ColumnWriter {
  return {
    ready,
    bytes: (value) => (value as Uint8Array).length,
    write: (sink, value) => sink.memory.set(value as Uint8Array, sink.position),
  };
}

/** The server refuses NUL in text, and lone surrogates are no UTF-8: both become U+FFFD rather than wedge a commit. */
function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}

function storableJson(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), inner]));
}

const jsonbVersion = '\u0001';

const int8: ColumnWriter = {
  ready(value) {
    if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : undefined;
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  },
  bytes: () => 8,
  write(sink, value) {
    if (typeof value === 'bigint') sink.view.setBigInt64(sink.position, value);
    else writeInt64(sink.view, sink.position, value as number);
  },
};

export const columnWriters: Readonly<Record<ColumnType, ColumnWriter>> = {
  bool: fixed(
    1,
    (value) => (typeof value === 'boolean' ? Number(value) : undefined),
    (view, position, value) => view.setUint8(position, value),
  ),
  int2: fixed(2, integer(16), (view, position, value) => view.setInt16(position, value)),
  int4: fixed(4, integer(32), (view, position, value) => view.setInt32(position, value)),
  int8,
  float4: fixed(4, number, (view, position, value) => view.setFloat32(position, value)),
  float8: fixed(8, number, (view, position, value) => view.setFloat64(position, value)),
  timestamptz: fixed(
    8,
    (value) => (typeof value === 'number' && isTimestamp(value) ? value : undefined),
    writeTimestamp,
  ),
  date: fixed(
    4,
    (value) => {
      const unixMs = typeof value === 'string' ? Date.parse(`${value}T00:00:00Z`) : value;
      const days = typeof unixMs === 'number' ? dateDays(unixMs) : Number.NaN;
      return Number.isNaN(days) ? undefined : days;
    },
    (view, position, value) => view.setInt32(position, value),
  ),
  text: variable((value) => (typeof value === 'string' ? Buffer.from(storable(value)) : undefined)),
  bytea: variable((value) => (value instanceof Uint8Array ? value : undefined)),
  jsonb: variable((value) => {
    const text = JSON.stringify(value, storableJson) as string | undefined;
    return text === undefined ? undefined : Buffer.from(jsonbVersion + text);
  }),
};
