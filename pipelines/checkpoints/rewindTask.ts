/** Sets one task back to a checkpoint, in one transaction: what was committed since is as if it had not been. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { cycleOf } from '#pipelines/commit/cycle.js';
import { quoteName } from '#pipelines/database/tenantNames.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { inTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';
import type { TaskRewind } from './taskRewind.js';

export interface Rewound {
  readonly task: number;
  /** Rows deleted, by table, over all tenants. */
  readonly deleted: Readonly<Record<string, number>>;
}

// The commit number goes on: a cycle's number is never given twice, so readers that remember one miss nothing.
const fence = `
  UPDATE balancin.task SET epoch = epoch + 1, owner = $3, next_offsets = $4, updated_at = clock_timestamp(),
    clock_ms = coalesce((SELECT clock_ms FROM balancin.checkpoint c
                         WHERE c.topology = $1 AND c.task = $2 AND c.commit_number = $5), 0),
    arrived_ms = coalesce((SELECT arrived_ms FROM balancin.checkpoint c
                           WHERE c.topology = $1 AND c.task = $2 AND c.commit_number = $5), 0)
  WHERE topology = $1 AND task = $2`;
const exists =
  'SELECT FROM balancin.checkpoint WHERE topology = $1 AND task = $2 AND commit_number = $3 FOR SHARE';
const restoreState = `
  INSERT INTO balancin.operator_state (topology, task, operator, claim_epoch, commit_number, kind, version, keys, bytes)
  SELECT topology, task, operator, claim_epoch, commit_number, kind, version, keys, bytes
  FROM balancin.checkpoint_state WHERE topology = $1 AND task = $2 AND checkpoint = $3`;
const restoreTally = `
  INSERT INTO balancin.task_tally (topology, task, measure, name, total)
  SELECT topology, task, measure, name, total
  FROM balancin.checkpoint_tally WHERE topology = $1 AND task = $2 AND checkpoint = $3`;

/** Tables whose rows carry the number of their commit; what only remembers one (a cursor) has a task beside it. */
const cycleTables = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'cycle' AND a.atttypid = 'int8'::regtype AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname IN (SELECT 't_' || slug FROM balancin.tenant)
    AND NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'task' AND NOT t.attisdropped)
  ORDER BY 1, 2`;

/**
 * 1. fence: the epoch goes up and the task's row is locked, so that no commit of a worker passes from here on
 * 2. delete by cycle: rows of tenants (their hours are marked for the rollup), dead letters, outcomes of replays
 * 3. delete what is still to be said of those commits: it will be said again
 * 4. state, clock, offsets and counts as they were
 * 5. forget the checkpoints after it: they stand on what is deleted
 * Workers that run find their commit fenced, claim the task again and read on from there; those that are stopped do so when
 * they start. Throws NOT_FOUND where the checkpoint was forgotten meanwhile.
 */
export async function rewindTask(pool: Pool, rewind: TaskRewind, actor: string): Promise<Rewound> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    return await inTransaction(client, (inside) => rewindIn(inside, rewind, actor));
  } finally {
    await client.query('RESET statement_timeout').catch(() => {});
    client.release();
  }
}

async function rewindIn(client: SqlClient, rewind: TaskRewind, actor: string): Promise<Rewound> {
  const { topology, task, checkpoint, nextOffsets } = rewind;
  const above = cycleOf(task, checkpoint);
  const below = cycleOf(task + 1, 0);
  if (checkpoint > 0 && (await client.query(exists, [topology, task, checkpoint])).rowCount === 0)
    throw new BalancinError('NOT_FOUND', `checkpoint ${checkpoint} of task ${task} was forgotten meanwhile`);
  await client.query(fence, [topology, task, `rewind/${actor}`, JSON.stringify(nextOffsets), checkpoint]);

  const deleted: Record<string, number> = {};
  const count = (name: string, rows: number | null): void => {
    if (rows) deleted[name] = (deleted[name] ?? 0) + rows;
  };
  await allowLargeDeletes(client);
  const { rows: tables } = await client.query<{ schema: string; name: string }>(cycleTables);
  for (const { schema, name } of tables) {
    const table = `${quoteName(schema)}.${quoteName(name)}`;
    const gone = `DELETE FROM ${table} WHERE cycle > $1 AND cycle < $2`;
    if (name === 'reading_1m') {
      const { rows } = await client.query<{ gone: number }>(
        `WITH gone AS (${gone} RETURNING bucket, well_id, tag_id), marked AS (
           INSERT INTO ${quoteName(schema)}.rollup_dirty (level, bucket, well_id, tag_id)
           SELECT DISTINCT '1h', date_trunc('hour', bucket, 'UTC'), well_id, tag_id FROM gone ON CONFLICT DO NOTHING
         ) SELECT count(*)::float8 AS gone FROM gone`,
        [above, below],
      );
      count(name, rows[0]?.gone ?? 0);
    } else count(name, (await client.query(gone, [above, below])).rowCount);
  }
  for (const name of ['dead_letter', 'dead_letter_outcome'])
    count(
      name,
      (await client.query(`DELETE FROM balancin.${name} WHERE cycle > $1 AND cycle < $2`, [above, below]))
        .rowCount,
    );
  await client.query('DELETE FROM balancin.outbox WHERE topology = $1 AND task = $2 AND cycle > $3', [
    topology,
    task,
    above,
  ]);

  for (const name of ['operator_state', 'task_tally'])
    await client.query(`DELETE FROM balancin.${name} WHERE topology = $1 AND task = $2`, [topology, task]);
  await client.query(restoreState, [topology, task, checkpoint]);
  await client.query(restoreTally, [topology, task, checkpoint]);
  await client.query(
    'DELETE FROM balancin.checkpoint WHERE topology = $1 AND task = $2 AND commit_number > $3',
    [topology, task, checkpoint],
  );
  const subject = `${topology} task ${task}`;
  await writeAudit(client, {
    action: 'task.rewind',
    tenant: null,
    subject,
    detail: { checkpoint, nextOffsets, deleted, actor },
  });
  return { task, deleted };
}

/** TimescaleDB limits how many rows of compressed chunks one statement may touch. */
async function allowLargeDeletes(client: SqlClient): Promise<void> {
  await client.query(
    `SELECT set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)
     WHERE balancin.timescale_full()`,
  );
}
