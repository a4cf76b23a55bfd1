/** Opens what deploying the shipped topology needs, as configured, whatever the state of the database. */
import { type Cell, openCell } from '#ops/cell/cell.js';
import { silentLines } from '#ops/telemetry/lines.js';
import type { DeployParts } from '#ops/topologies/planTopology.js';
import wells from '#topologies/wells.js';
import type { CommandContext } from './command.js';

export async function withDeployParts<T>(
  { config }: CommandContext,
  work: (parts: DeployParts, cell: Cell) => Promise<T>,
): Promise<T> {
  const cell = await openCell({ config, lines: silentLines, schema: 'none' });
  try {
    const { window, detection, alerts } = config;
    const parts = {
      topology: wells,
      pool: cell.pool,
      log: await cell.log(),
      registry: await cell.registry(),
      partitions: config.cell.partitions,
      prefix: config.cell.topicPrefix,
      options: { window, detection, alerts },
    };
    return await work(parts, cell);
  } finally {
    await cell.close();
  }
}
