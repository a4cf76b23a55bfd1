/** Which checkpoint every task would be set back to, so that all that arrived from a time on is read again. */
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import type { EventLog } from '#pipelines/log/eventLog.js';
import { LogRanges, requireOneTopology, rewindOf, type RewindRow, type TaskRewind } from './taskRewind.js';

interface Row extends RewindRow {
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
  const ranges = new LogRanges(log);
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
    plan.push(await rewindOf(row, ranges, null));
  }
  return plan;
}
