/** Which checkpoint every task would be set back to, so that all that arrived from a time on is read again. */
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
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

interface Row {
  readonly topology: string;
  readonly task: number;
  readonly commit: number;
  readonly next: Readonly<Record<string, number>>;
  readonly checkpoint: number | null;
  readonly takenAt: Date | null;
  readonly back: Readonly<Record<string, number>> | null;
  readonly versions: string | null;
}

const select = `
  SELECT t.topology, t.task, t.commit_number::float8 AS commit, t.next_offsets AS next,
         c.commit_number::float8 AS checkpoint, c.taken_at AS "takenAt", c.next_offsets AS back,
         (SELECT string_agg(DISTINCT old.operator, ', ') FROM balancin.checkpoint_state old
          JOIN balancin.operator_state cur ON (cur.topology, cur.task, cur.operator) = (old.topology, old.task, old.operator)
            AND cur.version <> old.version
          WHERE (old.topology, old.task, old.checkpoint) = (c.topology, c.task, c.commit_number)) AS versions
  FROM balancin.task t
  LEFT JOIN LATERAL (
    SELECT * FROM balancin.checkpoint c WHERE c.topology = t.topology AND c.task = t.task AND c.taken_at <= $1
    ORDER BY c.commit_number DESC LIMIT 1
  ) c ON true
  WHERE t.commit_number > 0
  ORDER BY t.topology, t.task`;

/**
 * The last checkpoint taken before `from`, a task at a time; the task's beginning where there is none. A task that has read
 * nothing of `topic` since then is left alone. A rewind takes all topics of a task back: a commit's rows are of all of them.
 * Throws OFFSET_OUT_OF_RANGE where the log no longer has what would be read again, INCOMPATIBLE where the state of then is
 * of another version, or where rows of two topologies cannot be told apart.
 */
export async function planRewind(
  client: SqlClient,
  log: Pick<EventLog, 'offsets'>,
  wish: { readonly from: Date; readonly topic: string },
): Promise<TaskRewind[]> {
  const { rows } = await client.query<Row>(select, [wish.from]);
  const ranges = new Map<string, readonly { readonly low: number; readonly high: number }[]>();
  const plan: TaskRewind[] = [];
  for (const row of rows) {
    const back = row.back ?? {};
    const read = (row.next[wish.topic] ?? 0) - (back[wish.topic] ?? 0);
    if (read === 0) continue;
    requireOneTopology(rows, row);
    if (row.versions !== null)
      throw new BalancinError(
        'INCOMPATIBLE',
        `task ${row.task}: the state of ${row.versions} was of another version then, and would be refused now`,
      );
    for (const topic of Object.keys(row.next)) {
      if (!ranges.has(topic)) ranges.set(topic, await log.offsets(topic));
      const low = ranges.get(topic)?.[row.task]?.low ?? 0;
      const from = back[topic] ?? 0;
      if (from < low)
        throw new BalancinError(
          'OFFSET_OUT_OF_RANGE',
          `${topic}, partition ${row.task}: records from offset ${from} on would be read again, but the log's retention has left those from ${low} on; choose a later --from`,
          { context: { topic, partition: row.task, from, low } },
        );
    }
    plan.push({
      topology: row.topology,
      task: row.task,
      checkpoint: row.checkpoint ?? 0,
      takenAt: row.takenAt,
      nextOffsets: back,
      offsetsBack: Object.entries(row.next).reduce(
        (sum, [topic, next]) => sum + next - (back[topic] ?? 0),
        0,
      ),
      commitsUndone: row.commit - (row.checkpoint ?? 0),
    });
  }
  return plan;
}

/** A row's cycle has the number of its task and commit, not its topology. */
function requireOneTopology(rows: readonly Row[], { task, topology }: Row): void {
  const other = rows.find((row) => row.task === task && row.topology !== topology);
  if (other === undefined) return;
  throw new BalancinError(
    'INCOMPATIBLE',
    `task ${task} is of two topologies (${topology}, ${other.topology}): whose a row is cannot be told, so none is deleted`,
  );
}
