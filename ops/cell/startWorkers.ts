/** Starts the pool of stream workers of a cell. */
import { type Supervisor, startSupervisor } from '#pipelines/workers/supervisor.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Cell } from './cell.js';
import { logSettings } from './logSettings.js';
import { threadsOf } from './threadsOf.js';

/** `topologyUrl` for a bench alone, which runs another topology than the shipped one. */
export function startWorkers(
  cell: Cell,
  log: WorkerLog,
  topologyUrl = import.meta.resolve('#topologies/wells.js'),
): Supervisor {
  const { worker, window, detection, alerts, esp, models, cell: settings, schemaRegistryUrl } = cell.config;
  return startSupervisor({
    threads: threadsOf(cell.config),
    partitions: settings.partitions,
    thread: {
      topologyUrl,
      databaseUrl: cell.databaseUrl,
      log: logSettings(cell.config, cell.databaseUrl),
      schemaRegistryUrl,
      subjectPrefix: settings.topicPrefix,
      groupId: worker.groupId,
      options: { window, detection, alerts, esp, models },
      limits: {
        cycleRowsMax: worker.cycleRowsMax,
        cycleBytesMax: worker.cycleBytesMax,
        cycleAgeMs: worker.cycleAgeMs,
      },
      bufferBytesMax: worker.bufferBytesMax,
      sessionTimeoutMs: worker.sessionTimeoutMs,
      unknownSchemaMs: worker.unknownSchemaMs,
    },
    restartBackoffMs: worker.restartBackoffMs,
    restartBackoffMaxMs: worker.restartBackoffMaxMs,
    log,
  });
}
