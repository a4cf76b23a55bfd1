/** Makes an installation ready for a version of a topology, with a checkpoint first. */
import { BalancinError } from '#schemas/errors.js';
import { takeCheckpoints } from '#pipelines/checkpoints/takeCheckpoints.js';
import { migrateAllTenants, migrateControl } from '#pipelines/database/migrate.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';
import { enterTopology } from '#pipelines/workers/enterTopology.js';
import { topicSchemas } from './planParts.js';
import { type DeployParts, planTopology } from './planTopology.js';
import type { Change, TopologyPlan } from './topologyPlan.js';

export interface DeployOptions {
  readonly databaseUrl: string;
  readonly actor: string;
  readonly checkpointsKept: number;
  createTopics(): Promise<void>;
}

export interface Deployed {
  readonly topology: string;
  readonly version: number;
  readonly previousVersion: number | null;
  /** False where this version had been let in already. */
  readonly isNew: boolean;
  readonly migrations: readonly string[];
  /** Task to commit number. */
  readonly checkpoints: Readonly<Record<string, number>>;
}

const checkpointsOf = `
  SELECT coalesce(jsonb_object_agg(task, number), '{}') AS checkpoints
  FROM (SELECT task, max(commit_number) AS number FROM balancin.checkpoint WHERE topology = $1 GROUP BY task) AS last`;
const note = `
  INSERT INTO balancin.topology_deployment (topology, version, previous_version, checkpoints, migrations, deployed_by)
  VALUES ($1, $2, $3, $4, $5, $6)`;

/**
 * 1. refuse what a rule forbids: nothing was changed
 * 2. control tables; what can only be judged on them is judged now
 * 3. a checkpoint of every task: what a rollback goes back to
 * 4. tables of tenants, topics, schemas
 * 5. the version is let in, with its checkpoints, in one transaction: from here on its workers may start, beside the others
 * Ended in between, it is run again. Throws INCOMPATIBLE, DATABASE_NEWER.
 */
export async function deployTopology(parts: DeployParts, options: DeployOptions): Promise<Deployed> {
  const { topology, pool, registry, prefix } = parts;
  requireAllowed(await planTopology(parts));
  const migrations = await migrateControl(options.databaseUrl);
  const plan = await planTopology(parts);
  requireAllowed(plan);
  await takeCheckpoints(pool, { kept: options.checkpointsKept });
  const tenants = await migrateAllTenants(options.databaseUrl);
  migrations.push(...new Set([...tenants.values()].flat()));
  await options.createTopics();
  for (const { subject, text } of topicSchemas(prefix)) await registry.register(subject, text);
  const isNew = plan.changes.some(({ part, change }) => part === 'version' && change !== 'none');
  return await inPoolTransaction(pool, async (client) => {
    const { rows } = await client.query<{ checkpoints: Record<string, number> }>(checkpointsOf, [
      topology.id,
    ]);
    const checkpoints = rows[0]?.checkpoints ?? {};
    const { previousVersion } = plan;
    if (isNew) await letIn(client, plan, { checkpoints, migrations, actor: options.actor });
    await enterTopology(client, topology);
    return {
      topology: topology.id,
      version: topology.version,
      previousVersion,
      isNew,
      migrations,
      checkpoints,
    };
  });
}

async function letIn(
  client: SqlClient,
  { topology, version, previousVersion }: TopologyPlan,
  by: {
    readonly checkpoints: Readonly<Record<string, number>>;
    readonly migrations: readonly string[];
    readonly actor: string;
  },
): Promise<void> {
  const { checkpoints, migrations, actor } = by;
  await client.query(note, [
    topology,
    version,
    previousVersion,
    JSON.stringify(checkpoints),
    migrations,
    actor,
  ]);
  await writeAudit(client, {
    action: 'topology.deploy',
    tenant: null,
    subject: `${topology} ${version}`,
    detail: { previousVersion, migrations, actor, checkpoints },
  });
}

function requireAllowed({ topology, version, changes }: TopologyPlan): void {
  const refused = changes.filter(({ change }: Change) => change === 'refused');
  if (refused.length === 0) return;
  throw new BalancinError(
    'INCOMPATIBLE',
    `${topology} ${version} is not deployed: ${refused.map(({ part, name, detail }) => `${part} ${name}: ${detail}`).join('; ')}`,
  );
}
