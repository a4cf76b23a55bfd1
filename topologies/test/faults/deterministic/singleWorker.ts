/** The run to compare with: one worker that nothing disturbs, with the same cycles and the same clocks. */
import { cycleOf } from '#pipelines/commit/cycle.js';
import type { OutboxMessage } from '#pipelines/commit/taskCommit.js';
import { Tally } from '#pipelines/tally.js';
import type { OpenTopology, ThreadContext } from '#pipelines/workers/topology.js';
import { recordOutput, type RecordedOutput } from '../../../driver/recordedOutput.js';
import type { StandingCommit } from './ledger.js';

export interface UndisturbedRun {
  /** Rows of `reading_1m` and `anomaly`, each as one line, in no order. */
  readonly partials: readonly string[];
  readonly anomalies: readonly string[];
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
  const anomalies: string[] = [];
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
      anomalies.push(...anomalyLines(output, cycle));
      messages.push(...output.messages);
      output = recordOutput();
    }
    graph.dispose();
  }
  return { partials, anomalies, messages };
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

/** Columns of `anomaly` as the database gives them, without its cycle. */
export const anomalyColumns = [
  'start_at',
  'end_at',
  'anomaly_id',
  'well_id',
  'tag',
  'historical',
  'detector',
  'kind',
  'severity',
  'score',
  'expected',
  'actual',
  'unit',
  'text_key',
] as const;

function anomalyLines({ tableRows }: RecordedOutput, cycle: number): string[] {
  return tableRows
    .filter(({ table }) => table === 'anomaly')
    .map(({ values }) => JSON.stringify([...anomalyColumns.map((column) => values[column] ?? null), cycle]));
}
