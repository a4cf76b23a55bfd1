/** The run to compare with: one worker that nothing disturbs, with the same cycles and the same clocks. */
import { cycleOf } from '#pipelines/commit/cycle.js';
import type { OutboxMessage } from '#pipelines/commit/taskCommit.js';
import { Tally } from '#pipelines/tally.js';
import type { OpenTopology, ThreadContext } from '#pipelines/workers/topology.js';
import { recordOutput, type RecordedOutput } from '../../../driver/recordedOutput.js';
import type { StandingCommit } from './ledger.js';

export interface UndisturbedRun {
  /** Rows of `reading_1m`, each as one line, in no order. */
  readonly partials: readonly string[];
  /** Rows of other tables, by table: likewise. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  /** In the order in which each task said them. */
  readonly messages: readonly OutboxMessage[];
}

/** Every task's records in the order in which the standing commits read them. */
export function runUndisturbed(
  standing: readonly StandingCommit[],
  open: OpenTopology,
  thread: ThreadContext,
): UndisturbedRun {
  const partials: string[] = [];
  const rows = new Map<string, string[]>();
  const messages: OutboxMessage[] = [];
  for (const task of new Set(standing.map((commit) => commit.task))) {
    let output = recordOutput();
    const graph = open.openTask({
      ...thread,
      task,
      tally: new Tally(),
      output: {
        windows: (batch) => output.windows(batch),
        row: (table, schema, values) => output.row(table, schema, values),
        message: (message) => output.message(message),
      },
    });
    for (const commit of standing.filter((each) => each.task === task)) {
      for (const record of commit.records) {
        const outcome = graph.read(record, true);
        if (outcome.kind !== 'rejected') continue;
        const { reason, detail, tenant } = outcome;
        const { topic, partition, offset, timestampMs: arrivalMs, key, value } = record;
        const letter = { topic, partition, offset, arrivalMs, key, value, reason, detail, tenant };
        output.message(thread.messages.deadLetter(letter));
      }
      graph.endCycle({ nowMs: commit.clockMs });
      const cycle = cycleOf(task, commit.commitNumber);
      partials.push(...partialLines(output, cycle));
      for (const { table, values } of output.tableRows) {
        const lines = rows.get(table) ?? [];
        rows.set(table, lines);
        lines.push(lineOf([...Object.values(values), cycle]));
      }
      messages.push(...output.messages);
      output = recordOutput();
    }
    graph.dispose();
  }
  return { partials, rows, messages };
}

function partialLines({ windowRows }: RecordedOutput, cycle: number): string[] {
  return windowRows.map((row) => {
    const { wellId, tagId, startMs, count, good, flags, sum, sumSquares, min, max, first, last } = row;
    const extremes = good === 0 ? [null, null, null, null] : [min, max, first, last];
    const times = [row.firstMs, row.lastMs];
    return JSON.stringify([
      startMs,
      wellId,
      tagId,
      count,
      good,
      flags,
      sum,
      sumSquares,
      ...extremes,
      ...times,
      cycle,
    ]);
  });
}

/** Cells as JSON, the keys of objects in order: the database keeps them in another. */
export function lineOf(cells: readonly unknown[]): string {
  return JSON.stringify(cells, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
