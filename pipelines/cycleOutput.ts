/** Where sinks put what a cycle produced. */
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import type { Table } from '#schemas/tables/table.js';
import type { Cell } from '#pipelines/commit/columnWriters.js';
import type { OutboxMessage } from '#pipelines/commit/taskCommit.js';

export interface CycleOutput {
  /** Closed windows to `reading_1m` of their tenants; copied before the call returns. */
  windows(batch: WindowBatch): void;
  /** One row; values in the order of the table's columns less the last, `cycle`, which the commit gives. */
  row(table: Table, schema: string, values: readonly Cell[]): void;
  /** Said to the outside once the cycle is committed. */
  message(message: OutboxMessage): void;
}
