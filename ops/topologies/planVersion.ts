/** What a program's version of a topology is to those that have run here. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import type { Topology } from '#pipelines/workers/topology.js';
import type { Change } from './topologyPlan.js';

export interface RunVersion {
  readonly version: number;
  readonly structure: string;
  readonly topics: readonly string[];
  readonly rolledBack: boolean;
}

const select = `
  SELECT v.version, v.structure, v.topics,
         coalesce((SELECT d.rollback_begun_at IS NOT NULL FROM balancin.topology_deployment d
                   WHERE d.topology = v.topology AND d.version = v.version
                   ORDER BY d.deployment_id DESC LIMIT 1), false) AS "rolledBack"
  FROM balancin.topology_version v WHERE v.topology = $1 ORDER BY v.version`;
const exists = `SELECT to_regclass('balancin.topology_deployment') IS NOT NULL AS exists`;

/** None where the database is still to be migrated. */
export async function readVersions(client: SqlClient, topology: string): Promise<readonly RunVersion[]> {
  const { rows } = await client.query<{ exists: boolean }>(exists);
  if (rows[0]?.exists !== true) return [];
  return (await client.query<RunVersion>(select, [topology])).rows;
}

export interface VersionPlan {
  readonly previousVersion: number | null;
  readonly change: Change;
}

/** The same rules as `enter_topology` has for workers, and one more: an older version comes back by a rollback only. */
export function planVersion(topology: Topology, versions: readonly RunVersion[]): VersionPlan {
  const standing = versions.filter(({ rolledBack, version }) => !rolledBack && version !== topology.version);
  const previous = standing.at(-1) ?? null;
  const same = versions.find(({ version }) => version === topology.version);
  const change = (kind: Change['change'], detail: string): VersionPlan => ({
    previousVersion: previous?.version ?? null,
    change: { part: 'version', name: `${topology.id} ${topology.version}`, change: kind, detail },
  });
  if (same !== undefined && same.structure !== topology.structure)
    return change(
      'refused',
      `version ${topology.version} has run here with other nodes (${nodeChanges(same.structure, topology.structure)}): raise its version`,
    );
  if (previous !== null && previous.version > topology.version)
    return change(
      'refused',
      `version ${previous.version} has run here: go back to an older one by topology rollback`,
    );
  if (same !== undefined)
    return same.rolledBack ? change('change', 'it was rolled back, and is let in again') : change('none', '');
  if (previous === null) return change('add', 'the first version here');
  if (!isSubset(previous.topics, topology.topics) && !isSubset(topology.topics, previous.topics))
    return change(
      'refused',
      `it reads ${topology.topics.join(', ')}, version ${previous.version} read ${previous.topics.join(', ')}: another topology needs another id`,
    );
  return change(
    'change',
    `after version ${previous.version}: ${nodeChanges(previous.structure, topology.structure)}`,
  );
}

const isSubset = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((one) => all.includes(one));

function nodeChanges(before: string, after: string): string {
  const then = before.split('; ');
  const now = after.split('; ');
  const changes = [
    ...now.filter((node) => !then.includes(node)).map((node) => `+ ${node}`),
    ...then.filter((node) => !now.includes(node)).map((node) => `- ${node}`),
  ];
  return changes.length === 0 ? 'the same nodes' : changes.join(', ');
}
