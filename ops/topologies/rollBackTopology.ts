/** Goes back to what stood before the last deployment: version, state, offsets and rows. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { Rollback } from '#pipelines/checkpoints/planRollback.js';
import { type Rewound, rewindTask } from '#pipelines/checkpoints/rewindTask.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';

export interface RollbackOrder {
  readonly actor: string;
  readonly why: string;
  /** The programs of the version before know the migrations that the deployment did. */
  readonly databaseStays: boolean;
  readonly signal: AbortSignal;
}

const begin = `
  UPDATE balancin.topology_deployment
  SET rollback_begun_at = coalesce(rollback_begun_at, clock_timestamp()), rolled_back_by = coalesce(rolled_back_by, $2)
  WHERE deployment_id = $1`;
const end =
  'UPDATE balancin.topology_deployment SET rolled_back_at = clock_timestamp() WHERE deployment_id = $1';

/**
 * 1. the version is shut out: a worker of it that claims a task from here on is refused
 * 2. task by task, what was committed since the deployment is deleted and state, offsets, clock and counts put back; what a
 *    worker of it still had in hand is fenced off by that
 * 3. done: workers of the version before read on from their checkpoint
 * Ended in between, it is run again: a task that was set back is set back once more. Throws INCOMPATIBLE.
 */
export async function rollBackTopology(
  pool: Pool,
  rollback: Rollback,
  order: RollbackOrder,
): Promise<Rewound[]> {
  const { deployment, topology, version, previousVersion, migrations, tasks } = rollback;
  const { actor, why } = order;
  if (migrations.length > 0 && !order.databaseStays)
    throw new BalancinError(
      'INCOMPATIBLE',
      `deploying version ${version} migrated the database (${migrations.join(', ')}), which a program from before it refuses. Where yours knows them, say --database-stays`,
      { context: { migrations: [...migrations] } },
    );
  await inPoolTransaction(pool, async (client) => {
    await client.query(begin, [deployment, actor]);
    await writeAudit(client, {
      action: 'topology.rollback',
      tenant: null,
      subject: `${topology} ${version}`,
      detail: { previousVersion, actor, why, tasks: tasks.length },
    });
  });
  const done: Rewound[] = [];
  for (const task of tasks) {
    order.signal.throwIfAborted();
    done.push(await rewindTask(pool, task, actor));
  }
  await pool.query(end, [deployment]);
  return done;
}
