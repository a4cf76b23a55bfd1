/** What one task produced in a cycle, encoded as it comes, handed over at the cycle's end. */
import type { DeadLetter } from '#schemas/records/deadLetter.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { deadLetter as deadLetterTable } from '#schemas/tables/deadLetter.js';
import { deadLetterOutcome } from '#schemas/tables/deadLetterOutcome.js';
import type { Table } from '#schemas/tables/table.js';
import type { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { cycleOf } from '#pipelines/commit/cycle.js';
import { createRowBuffer, type RowBuffer } from '#pipelines/commit/rowBuffer.js';
import type { CopyRows, OutboxMessage } from '#pipelines/commit/taskCommit.js';
import { WindowRows } from '#pipelines/commit/windowRows.js';
import type { Cell } from '#pipelines/commit/columnWriters.js';
import type { CycleOutput } from '#pipelines/cycleOutput.js';
import type { RecordPlace } from '#pipelines/log/recordPlace.js';

const controlSchema = 'balancin';

export interface CycleProduce {
  readonly rows: readonly CopyRows[];
  readonly outbox: readonly OutboxMessage[];
}

export class CycleRows implements CycleOutput {
  readonly #task: number;
  readonly #pool: ChunkPool;
  readonly #windows: WindowRows;
  /** By schema, then table. */
  readonly #buffers = new Map<string, Map<string, RowBuffer>>();
  #outbox: OutboxMessage[] = [];
  #outboxBytes = 0;
  #otherRows = 0;
  #cycle = 0;

  constructor(task: number, pool: ChunkPool) {
    this.#task = task;
    this.#pool = pool;
    this.#windows = new WindowRows(pool);
  }

  get rows(): number {
    return this.#windows.rows + this.#otherRows;
  }

  get bytes(): number {
    let bytes = this.#windows.bytes + this.#outboxBytes;
    for (const tables of this.#buffers.values()) for (const buffer of tables.values()) bytes += buffer.bytes;
    return bytes;
  }

  /** Every row from here on carries the number of this commit. */
  begin(commitNumber: number): void {
    this.#cycle = cycleOf(this.#task, commitNumber);
  }

  windows(batch: WindowBatch): void {
    this.#windows.append(batch, this.#cycle);
  }

  row(table: Table, schema: string, values: readonly Cell[]): void {
    this.#bufferOf(table, schema).append([...values, this.#cycle]);
    this.#otherRows++;
  }

  message(message: OutboxMessage): void {
    this.#outbox.push(message);
    this.#outboxBytes += message.value?.length ?? 0;
  }

  deadLetter(letter: DeadLetter): void {
    this.row(deadLetterTable, controlSchema, [
      letter.topic,
      letter.partition,
      letter.offset,
      letter.arrivalMs,
      letter.key,
      letter.value,
      letter.reason,
      letter.detail,
      letter.tenant,
    ]);
  }

  replayed(place: RecordPlace, outcome: 'accepted' | 'duplicate' | 'rejected'): void {
    this.row(deadLetterOutcome, controlSchema, [place.topic, place.partition, place.offset, outcome]);
  }

  take(): CycleProduce {
    const rows = this.#windows.take();
    for (const tables of this.#buffers.values())
      for (const buffer of tables.values()) {
        const taken = buffer.take();
        if (taken !== null) rows.push(taken);
      }
    // A buffer a tenant and table, kept for ever, would grow with every tenant that ever came by.
    this.#buffers.clear();
    const outbox = this.#outbox;
    this.#outbox = [];
    this.#outboxBytes = 0;
    this.#otherRows = 0;
    return { rows, outbox };
  }

  /** Gives the memory of rows that will not be committed back. */
  discard(): void {
    for (const { chunks } of this.take().rows) this.#pool.release(chunks);
  }

  #bufferOf(table: Table, schema: string): RowBuffer {
    let tables = this.#buffers.get(schema);
    if (tables === undefined) {
      tables = new Map();
      this.#buffers.set(schema, tables);
    }
    let buffer = tables.get(table.name);
    if (buffer === undefined) {
      buffer = createRowBuffer(table, schema, this.#pool);
      tables.set(table.name, buffer);
    }
    return buffer;
  }
}
