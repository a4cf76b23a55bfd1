/** Samples in windows that are open, by task: out of the stored state, as whoever claims the task would restore it. */
import { StateFold } from '#pipelines/commit/stateFold.js';
import type { StateSegment } from '#pipelines/commit/taskCommit.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { createWindowOperator } from '#pipelines/window/windowOperator.js';

interface SegmentRow extends StateSegment {
  readonly topology: string;
  readonly task: number;
}

/** Name of the window operator in the shipped topology. */
const windowNode = 'window';

const sql = `
  SELECT topology, task, operator, version, kind, keys, bytes FROM balancin.operator_state
  WHERE operator = $1 AND topology = $2 AND task = $3
  ORDER BY claim_epoch, commit_number`;

/** Throws STATE_VERSION where the state is of another program's version. */
export async function openSamples(client: SqlClient, topology: string, task: number): Promise<number> {
  const { rows } = await client.query<SegmentRow>(sql, [windowNode, topology, task]);
  const fold = new StateFold();
  for (const segment of rows) fold.add(segment);
  const operator = createWindowOperator();
  for (const [key, value] of fold.entries()) operator.state.restore(key, value);
  return operator.openSamples();
}
