/** Starts the pool of stream workers of a cell. */
import { availableParallelism } from 'node:os';
import { type Supervisor, startSupervisor } from '#pipelines/workers/supervisor.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Cell } from './cell.js';
import { logSettings } from './logSettings.js';

/** Threads where none are set: a core a thread, one left to the database where it is on this machine too. */
function threadsOf(cell: Cell): number {
  const { threads } = cell.config.worker;
  if (threads > 0) return threads;
  return Math.max(1, availableParallelism() - (cell.embedded ? 1 : 0));
}

export function startWorkers(cell: Cell, log: WorkerLog): Supervisor {
  const { worker, window, cell: settings, schemaRegistryUrl } = cell.config;
  return startSupervisor({
    threads: Math.min(threadsOf(cell), settings.partitions),
    partitions: settings.partitions,
    thread: {
      topologyUrl: import.meta.resolve('#topologies/wells.js'),
      databaseUrl: cell.databaseUrl,
      log: logSettings(cell.config, cell.databaseUrl),
      schemaRegistryUrl,
      subjectPrefix: settings.topicPrefix,
      groupId: worker.groupId,
      options: { window },
      limits: {
        cycleRowsMax: worker.cycleRowsMax,
        cycleBytesMax: worker.cycleBytesMax,
        cycleAgeMs: worker.cycleAgeMs,
      },
      bufferBytesMax: worker.bufferBytesMax,
      sessionTimeoutMs: worker.sessionTimeoutMs,
    },
    restartBackoffMs: worker.restartBackoffMs,
    restartBackoffMaxMs: worker.restartBackoffMaxMs,
    log,
  });
}
