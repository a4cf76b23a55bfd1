/** A cycle's output kept as plain objects, for tests to read. */
import type { Lane } from '#schemas/records/reading.js';
import type { Table } from '#schemas/tables/table.js';
import type { OutboxMessage } from '#pipelines/commit/taskCommit.js';
import type { Cell } from '#pipelines/commit/columnWriters.js';
import type { CycleOutput } from '#pipelines/cycleOutput.js';

export interface WindowRow {
  readonly tenant: string;
  readonly wellId: number;
  readonly lane: Lane;
  readonly tagId: number;
  readonly startMs: number;
  readonly count: number;
  readonly good: number;
  readonly flags: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly late: boolean;
}

export interface TableRow {
  readonly table: string;
  readonly schema: string;
  readonly values: Readonly<Record<string, Cell>>;
}

export interface RecordedOutput extends CycleOutput {
  readonly windowRows: WindowRow[];
  readonly tableRows: TableRow[];
  readonly messages: OutboxMessage[];
}

export function recordOutput(): RecordedOutput {
  const windowRows: WindowRow[] = [];
  const tableRows: TableRow[] = [];
  const messages: OutboxMessage[] = [];
  return {
    windowRows,
    tableRows,
    messages,
    windows(batch) {
      for (let i = 0; i < batch.length; i++) {
        const well = batch.wells[i];
        const lane = batch.lanes[i];
        if (well === undefined || lane === undefined) throw new Error(`window ${i} has no well or lane`);
        windowRows.push({
          tenant: well.tenant.slug,
          wellId: well.wellId,
          lane,
          tagId: batch.tagIds[i] ?? -1,
          startMs: batch.startMs[i] ?? Number.NaN,
          count: batch.counts[i] ?? 0,
          good: batch.goods[i] ?? 0,
          flags: batch.flags[i] ?? 0,
          sum: batch.sums[i] ?? Number.NaN,
          sumSquares: batch.sumSquares[i] ?? Number.NaN,
          min: batch.mins[i] ?? Number.NaN,
          max: batch.maxs[i] ?? Number.NaN,
          first: batch.firsts[i] ?? Number.NaN,
          last: batch.lasts[i] ?? Number.NaN,
          firstMs: batch.firstMs[i] ?? 0,
          lastMs: batch.lastMs[i] ?? 0,
          late: batch.late[i] === 1,
        });
      }
    },
    row(table: Table, schema, values) {
      const named = table.columns.slice(0, -1).map((column, i) => [column.name, values[i] ?? null] as const);
      tableRows.push({ table: table.name, schema, values: Object.fromEntries(named) });
    },
    message(message) {
      messages.push(message);
    },
  };
}
