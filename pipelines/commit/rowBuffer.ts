/** Rows of any table, encoded for binary COPY as they come: checked against the table's columns, cell by cell. */
import { BalancinError } from '#schemas/errors.js';
import type { Column, Table } from '#schemas/tables/table.js';
import type { ChunkPool } from './chunkPool.js';
import { ChunkSink } from './chunkSink.js';
import { type Cell, columnWriters } from './columnWriters.js';
import { nullLength } from './copyFormat.js';
import type { CopyRows } from './taskCommit.js';

export interface RowBuffer {
  readonly rows: number;
  readonly bytes: number;
  /** One row, in the order of the table's columns. A value that its column does not take is a BUG, and nothing is written. */
  append(values: readonly Cell[]): void;
  /** Hands over what was appended (null if nothing was) and begins anew. */
  take(): CopyRows | null;
}

/** For tables with a few rows a cycle; `windowRows.ts` is the path for the many. */
export function createRowBuffer(table: Table, schema: string, pool: ChunkPool): RowBuffer {
  const sink = new ChunkSink(pool);
  const columns = table.columns.map((column) => ({ column, writer: columnWriters[column.type] }));
  const lengthBytes = 4;
  let rows = 0;

  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return sink.bytes;
    },
    append(values) {
      if (values.length !== columns.length) {
        throw new BalancinError(
          'BUG',
          `${schema}.${table.name} has ${columns.length} columns, a row came with ${values.length}`,
        );
      }
      let rowBytes = 2;
      const ready = columns.map(({ column, writer }, i) => {
        rowBytes += lengthBytes;
        const value = values[i] ?? null;
        if (value === null) {
          if (!column.nullable) throw refusal(schema, table, column, value);
          return null;
        }
        const cell = writer.ready(value);
        if (cell === undefined) throw refusal(schema, table, column, value);
        rowBytes += writer.bytes(cell);
        return cell;
      });
      sink.reserve(rowBytes);
      sink.view.setInt16(sink.position, columns.length);
      sink.position += 2;
      for (const [i, { writer }] of columns.entries()) {
        const cell = ready[i] ?? null;
        const bytes = cell === null ? nullLength : writer.bytes(cell);
        sink.view.setInt32(sink.position, bytes);
        sink.position += lengthBytes;
        if (cell === null) continue;
        writer.write(sink, cell);
        sink.position += bytes;
      }
      rows++;
    },
    take() {
      if (rows === 0) return null;
      const taken: CopyRows = { table, schema, rows, chunks: sink.take() };
      rows = 0;
      return taken;
    },
  };
}

function refusal(schema: string, table: Table, column: Column, value: Cell): BalancinError {
  const given =
    typeof value === 'object' ? (value === null ? 'null' : 'an object') : `${typeof value} ${value}`;
  return new BalancinError(
    'BUG',
    `${schema}.${table.name}.${column.name} (${column.type}) does not take ${given.slice(0, 80)}`,
    {
      context: { schema, table: table.name, column: column.name },
    },
  );
}
