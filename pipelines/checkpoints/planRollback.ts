/** The last deployment of a topology, and how every task is set back to before it. */
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import type { EventLog } from '#pipelines/log/eventLog.js';
import { LogRanges, requireOneTopology, rewindOf, type RewindRow, type TaskRewind } from './taskRewind.js';

export interface Rollback {
  readonly deployment: number;
  readonly topology: string;
  readonly version: number;
  readonly previousVersion: number;
  readonly deployedAt: Date;
  /** Done by that deployment: a program from before it refuses the database since. */
  readonly migrations: readonly string[];
  readonly tasks: readonly TaskRewind[];
}

interface Deployment {
  readonly id: number;
  readonly version: number;
  readonly previous: number | null;
  readonly at: Date;
  readonly migrations: readonly string[];
  readonly done: boolean;
}

const last = `
  SELECT deployment_id::float8 AS id, version, previous_version AS previous, deployed_at AS at, migrations,
         rolled_back_at IS NOT NULL AS done
  FROM balancin.topology_deployment WHERE topology = $1 ORDER BY deployment_id DESC LIMIT 1`;
/** Of a version that no worker has run nothing is known. */
const topicsOf = 'SELECT topics FROM balancin.topology_version WHERE topology = $1 AND version = $2';
const undeployed = `
  SELECT max(version) AS version FROM balancin.topology_version WHERE topology = $1 AND version > $2`;
const select = `
  SELECT t.topology, t.task, t.commit_number::float8 AS commit, t.next_offsets AS next,
         (d.checkpoints ->> t.task::text)::float8 AS checkpoint, c.taken_at AS "takenAt", c.next_offsets AS back
  FROM balancin.task t
  LEFT JOIN balancin.topology_deployment d ON d.deployment_id = $1 AND d.topology = t.topology
  LEFT JOIN balancin.checkpoint c ON (c.topology, c.task, c.commit_number) =
    (t.topology, t.task, (d.checkpoints ->> t.task::text)::int8)
  WHERE t.commit_number > 0
  ORDER BY t.topology, t.task`;

/**
 * Throws NOT_FOUND where nothing was deployed, or a checkpoint is gone; INCOMPATIBLE where there is no version to go back
 * to, a later one was started without being deployed, or rows of two topologies cannot be told apart; OFFSET_OUT_OF_RANGE
 * where the log no longer has what would be read again. A rollback that was begun and not ended is planned again.
 */
export async function planRollback(
  client: SqlClient,
  log: Pick<EventLog, 'offsets'>,
  topology: string,
): Promise<Rollback> {
  const [deployment] = (await client.query<Deployment>(last, [topology])).rows;
  if (deployment === undefined || deployment.done)
    throw new BalancinError(
      'NOT_FOUND',
      deployment === undefined
        ? `no version of ${topology} was deployed by topology deploy: there is no checkpoint to go back to`
        : `the last deployment of ${topology} was rolled back already`,
    );
  const { version, previous } = deployment;
  if (previous === null)
    throw new BalancinError('INCOMPATIBLE', `version ${version} was the first one: nothing ran before it`);
  const [later] = (await client.query<{ version: number | null }>(undeployed, [topology, version])).rows;
  if (later?.version !== undefined && later.version !== null)
    throw new BalancinError(
      'INCOMPATIBLE',
      `version ${later.version} of ${topology} was started without being deployed: no checkpoint is known from before it`,
    );
  const { rows } = await client.query<RewindRow>(select, [deployment.id]);
  const [ran] = (await client.query<{ topics: readonly string[] }>(topicsOf, [topology, previous])).rows;
  const readAgain = ran === undefined ? null : new Set(ran.topics);
  const ranges = new LogRanges(log);
  const tasks: TaskRewind[] = [];
  for (const row of rows) {
    if (row.topology !== topology) continue;
    requireOneTopology(rows, row);
    if (row.checkpoint !== null && row.takenAt === null)
      throw new BalancinError('NOT_FOUND', `checkpoint ${row.checkpoint} of task ${row.task} is gone`);
    tasks.push(await rewindOf(row, ranges, readAgain));
  }
  return {
    deployment: deployment.id,
    topology,
    version,
    previousVersion: previous,
    deployedAt: deployment.at,
    migrations: deployment.migrations,
    tasks,
  };
}
