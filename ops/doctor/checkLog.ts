/** The event log as `doctor` sees it: reachable, its topics there and co-partitioned. */
import { BalancinError } from '#schemas/errors.js';
import { topicsIn } from '#schemas/topics.js';
import { openLog } from '#pipelines/log/openLog.js';
import type { Config } from '#ops/config/config.js';
import { logSettings } from '#ops/cell/logSettings.js';
import { silentLines } from '#ops/telemetry/lines.js';
import { failed, type Finding, ok } from './checkUp.js';

export async function checkLog(config: Config, databaseUrl: string): Promise<Finding[]> {
  const kind =
    config.kafka.brokers.length > 0
      ? `Kafka at ${config.kafka.brokers.join(', ')}`
      : 'embedded in PostgreSQL';
  try {
    const log = await openLog(logSettings(config, databaseUrl), silentLines);
    try {
      for (const topic of topicsIn) {
        const partitions = (await log.offsets(topic)).length;
        if (partitions !== config.cell.partitions)
          return [
            failed(
              'event log',
              `${topic} has ${partitions} partitions, the cell is configured for ${config.cell.partitions}`,
              'set cell.partitions to what the topics have: the count is fixed when a cell is created',
            ),
          ];
      }
      return [ok('event log', `${kind}, ${topicsIn.length} topics of ${config.cell.partitions} partitions`)];
    } finally {
      await log.close();
    }
  } catch (error) {
    const says = error instanceof BalancinError ? error.message : String(error);
    return [failed('event log', says, 'check the broker addresses, and that `balancin migrate` was run')];
  }
}
