/** Holds what went in against what came of it: in every snapshot of the database the sums close, for every task. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { openSamples } from './openSamples.js';
import { readTaskCounts, type TaskCounts } from './readTaskCounts.js';
import { storedSamples } from './storedSamples.js';

/** Differences of 0 mean that nothing was lost and nothing counted twice. */
export interface TaskConservation {
  readonly topology: string;
  readonly task: number;
  /** Next offsets less (records read + offsets skipped). */
  readonly offsets: number;
  /** Records read less (frames written, duplicate and rejected + site records). */
  readonly records: number;
  /** Frames rejected less their sum over the reasons. */
  readonly reasons: number;
  /** Frames rejected less the rows of the dead-letter table. */
  readonly deadLetters: number;
  /** Samples admitted less (those of stored minutes + those in open windows of the stored state); null where not asked for. */
  readonly samples: number | null;
  /** The above, each taken as positive: frames (or samples) that cannot be accounted for. */
  readonly difference: number;
}

export interface ConservationOptions {
  /** Reads the stored minutes and the stored state too: for tests, and cells whose retention has dropped nothing yet. */
  readonly samples?: boolean;
}

/**
 * The sums are kept by different hands: the offset moves in the worker's loop, outcomes are counted by the operators that
 * decide them, minutes and dead letters are rows, open windows are state; all of it is committed together, so any of the
 * usual mistakes (rows without offsets, a commit done twice, memory kept after a rollback) leaves them apart for good.
 * `client` is one connection, not a pool; it must not be in a transaction.
 */
export async function conservation(
  client: SqlClient,
  options: ConservationOptions = {},
): Promise<TaskConservation[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const counts = await readTaskCounts(client);
    const balances: TaskConservation[] = [];
    const stored = options.samples === true ? await storedSamples(client) : null;
    for (const task of counts) {
      const open = stored === null ? 0 : await openSamples(client, task.topology, task.task);
      // Rows tell their task and not its topology: several topologies of one task can only be judged together.
      const alone = counts.filter((other) => other.task === task.task).length === 1;
      balances.push(balance(task, stored === null || !alone ? null : (stored.get(task.task) ?? 0) + open));
    }
    return balances;
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

/** `found`: samples stored or open; null where they were not counted. */
function balance(counts: TaskCounts, found: number | null): TaskConservation {
  const offsets = counts.offsets - (counts.recordsRead + counts.offsetsSkipped);
  const outcomes = counts.framesWritten + counts.framesDuplicate + counts.framesRejected + counts.siteRecords;
  const records = counts.recordsRead - outcomes;
  const reasons = counts.framesRejected - counts.framesRejectedByReason;
  const deadLetters = counts.framesRejected - counts.deadLetters;
  const samples = found === null ? null : counts.samplesWritten - found;
  const apart = [offsets, records, reasons, deadLetters, samples ?? 0];
  return {
    topology: counts.topology,
    task: counts.task,
    offsets,
    records,
    reasons,
    deadLetters,
    samples,
    difference: apart.reduce((sum, each) => sum + Math.abs(each), 0),
  };
}
