/** Says what deploying a program's topology would change here, and what forbids it. Changes nothing. */
import type { Pool } from 'pg';
import type { EventLog } from '#pipelines/log/eventLog.js';
import type { ComparingRegistry } from '#pipelines/registry/schemaRegistry.js';
import type { StreamOptions, Topology } from '#pipelines/workers/topology.js';
import { openDriver } from '#topologies/driver/driver.js';
import { createMemoryDirectory } from '#topologies/driver/memoryDirectory.js';
import { planSchemas, planStates, planTables, planTopics } from './planParts.js';
import { planVersion, readVersions } from './planVersion.js';
import type { TopologyPlan } from './topologyPlan.js';

export interface DeployParts {
  readonly topology: Topology;
  readonly pool: Pool;
  readonly log: EventLog;
  readonly registry: ComparingRegistry;
  /** Of every topic. */
  readonly partitions: number;
  /** Before every topic's name and subject. */
  readonly prefix: string;
  readonly options: StreamOptions;
}

/** Throws DATABASE_NEWER, and what the servers throw that are away. */
export async function planTopology(parts: DeployParts): Promise<TopologyPlan> {
  const { topology, pool, log, registry, partitions, prefix } = parts;
  const client = await pool.connect();
  try {
    const tables = await planTables(client);
    const version = planVersion(topology, await readVersions(client, topology.id));
    const controlBehind = tables.some(({ name }) => name.startsWith('balancin '));
    const changes = [
      version.change,
      ...(await planTopics(log, { topics: topology.topics, partitions })),
      // The table of ids may still be to come.
      ...(controlBehind ? [] : await planSchemas(registry, prefix)),
      ...tables,
      ...(controlBehind ? [] : await planStates(client, topology.id, await stateVersionsOf(parts))),
    ];
    return {
      topology: topology.id,
      version: topology.version,
      previousVersion: version.previousVersion,
      changes,
      complete: !controlBehind,
      refused: changes.some(({ change }) => change === 'refused'),
    };
  } finally {
    client.release();
  }
}

/** By making the operators of one task real. */
async function stateVersionsOf({ topology, options }: DeployParts): Promise<ReadonlyMap<string, number>> {
  const directory = createMemoryDirectory([]);
  const driver = await openDriver({ topology, directory, options, schemas: new Map() });
  driver.dispose();
  return driver.stateVersions;
}
