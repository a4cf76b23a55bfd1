/** Keeps how every task stands, so that it can be set back to it; forgets the oldest but those that the last deployment goes back to. */
import type { Pool } from 'pg';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { inTransaction } from '#pipelines/database/transaction.js';

export interface CheckpointsTaken {
  /** Tasks kept anew; those that have not moved since their last checkpoint are not kept twice. */
  readonly taken: number;
  readonly forgotten: number;
}

const snapshot = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ';
const tasks = 'SELECT topology, task FROM balancin.task WHERE commit_number > 0 ORDER BY topology, task';
const keep = `
  INSERT INTO balancin.checkpoint (topology, task, commit_number, clock_ms, arrived_ms, next_offsets)
  SELECT topology, task, commit_number, clock_ms, arrived_ms, next_offsets FROM balancin.task WHERE topology = $1 AND task = $2
  ON CONFLICT DO NOTHING RETURNING commit_number::float8 AS number`;
const keepState = `
  INSERT INTO balancin.checkpoint_state
    (topology, task, checkpoint, operator, claim_epoch, commit_number, kind, version, keys, bytes)
  SELECT topology, task, $3, operator, claim_epoch, commit_number, kind, version, keys, bytes
  FROM balancin.operator_state WHERE topology = $1 AND task = $2`;
const keepTally = `
  INSERT INTO balancin.checkpoint_tally (topology, task, checkpoint, measure, name, total)
  SELECT topology, task, $3, measure, name, total FROM balancin.task_tally WHERE topology = $1 AND task = $2`;
const forget = `
  DELETE FROM balancin.checkpoint c USING (
    SELECT topology, task, commit_number, row_number() OVER (PARTITION BY topology, task ORDER BY commit_number DESC) AS n
    FROM balancin.checkpoint
  ) AS ranked
  WHERE ranked.n > $1
    AND NOT EXISTS (
      SELECT FROM balancin.topology_deployment d
      WHERE d.deployment_id = (SELECT max(last.deployment_id) FROM balancin.topology_deployment last
                               WHERE last.topology = ranked.topology)
        AND (d.checkpoints ->> ranked.task::text)::int8 = ranked.commit_number)
    AND c.topology = ranked.topology AND c.task = ranked.task AND c.commit_number = ranked.commit_number`;

/**
 * A transaction a task, of one snapshot: workers go on meanwhile, and offsets, state and counts fit together. `kept`: the
 * checkpoints held of each task, the newest.
 */
export async function takeCheckpoints(
  pool: Pool,
  options: { readonly kept: number; readonly signal?: AbortSignal },
): Promise<CheckpointsTaken> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ topology: string; task: number }>(tasks);
    let taken = 0;
    for (const { topology, task } of rows) {
      options.signal?.throwIfAborted();
      if (await inTransaction(client, (inside) => takeCheckpoint(inside, topology, task))) taken++;
    }
    const { rowCount } = await client.query(forget, [options.kept]);
    return { taken, forgotten: rowCount ?? 0 };
  } finally {
    client.release();
  }
}

async function takeCheckpoint(client: SqlClient, topology: string, task: number): Promise<boolean> {
  await client.query(snapshot);
  const { rows } = await client.query<{ number: number }>(keep, [topology, task]);
  const [row] = rows;
  if (row === undefined) return false;
  await client.query(keepState, [topology, task, row.number]);
  await client.query(keepTally, [topology, task, row.number]);
  return true;
}
