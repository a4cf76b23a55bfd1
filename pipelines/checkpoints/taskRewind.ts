/** Whether one task can be set back to a checkpoint, and what that means. */
import { BalancinError } from '#schemas/errors.js';
import type { EventLog } from '#pipelines/log/eventLog.js';

export interface TaskRewind {
  readonly topology: string;
  readonly task: number;
  /** Commit number of the checkpoint; 0: the task's beginning, before its first record. */
  readonly checkpoint: number;
  /** Null for the beginning. */
  readonly takenAt: Date | null;
  readonly nextOffsets: Readonly<Record<string, number>>;
  /** Offsets that are read again, over all topics. */
  readonly offsetsBack: number;
  readonly commitsUndone: number;
}

/** A task as it stands, and the checkpoint it would be set back to. */
export interface RewindRow {
  readonly topology: string;
  readonly task: number;
  readonly commit: number;
  readonly next: Readonly<Record<string, number>>;
  /** Null: its beginning. */
  readonly checkpoint: number | null;
  readonly takenAt: Date | null;
  readonly back: Readonly<Record<string, number>> | null;
}

/** Asks for each topic once. */
export class LogRanges {
  readonly #log: Pick<EventLog, 'offsets'>;
  readonly #lows = new Map<string, readonly { readonly low: number }[]>();

  constructor(log: Pick<EventLog, 'offsets'>) {
    this.#log = log;
  }

  async low(topic: string, partition: number): Promise<number> {
    if (!this.#lows.has(topic)) this.#lows.set(topic, await this.#log.offsets(topic));
    return this.#lows.get(topic)?.[partition]?.low ?? 0;
  }
}

/**
 * `readAgain`: topics that the program reads which goes on afterwards; null: all that were read. Throws OFFSET_OUT_OF_RANGE
 * where the log no longer has what would be read again.
 */
export async function rewindOf(
  row: RewindRow,
  ranges: LogRanges,
  readAgain: ReadonlySet<string> | null,
): Promise<TaskRewind> {
  const back = row.back ?? {};
  for (const topic of Object.keys(row.next)) {
    // Read for the first time after the checkpoint, and by nobody who goes on: what the log has of it does not matter.
    if (back[topic] === undefined && readAgain?.has(topic) === false) continue;
    const low = await ranges.low(topic, row.task);
    const from = back[topic] ?? 0;
    if (from < low)
      throw new BalancinError(
        'OFFSET_OUT_OF_RANGE',
        `${topic}, partition ${row.task}: records from offset ${from} on would be read again, but the log's retention has left those from ${low} on; choose a later time`,
        { context: { topic, partition: row.task, from, low } },
      );
  }
  return {
    topology: row.topology,
    task: row.task,
    checkpoint: row.checkpoint ?? 0,
    takenAt: row.takenAt,
    nextOffsets: back,
    offsetsBack: Object.entries(row.next).reduce((sum, [topic, next]) => sum + next - (back[topic] ?? 0), 0),
    commitsUndone: row.commit - (row.checkpoint ?? 0),
  };
}

/** A row's cycle has the number of its task and commit, not its topology. Throws INCOMPATIBLE. */
export function requireOneTopology(
  rows: readonly Pick<RewindRow, 'task' | 'topology'>[],
  { task, topology }: Pick<RewindRow, 'task' | 'topology'>,
): void {
  const other = rows.find((row) => row.task === task && row.topology !== topology);
  if (other === undefined) return;
  throw new BalancinError(
    'INCOMPATIBLE',
    `task ${task} is of two topologies (${topology}, ${other.topology}): whose a row is cannot be told, so none is deleted`,
  );
}
