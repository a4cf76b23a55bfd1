/** The HTTP server of a process that runs workers: their metrics, whether they are ready, whether they hang. */
import type { Logger } from 'pino';
import type { Supervisor } from '#pipelines/workers/supervisor.js';
import { type HttpServer, startHttp } from '#ops/http/server.js';
import { createMetrics } from '#ops/telemetry/metrics.js';
import type { Cell } from './cell.js';
import { livenessOf, readinessOf } from './readiness.js';

/** Throws PORT_IN_USE. */
export async function startWorkersHttp(
  { config, pool }: Cell,
  supervisor: Supervisor,
  log: Logger,
): Promise<HttpServer> {
  return await startHttp({
    ...config.http,
    metrics: createMetrics({ supervisor, pool }),
    readiness: readinessOf({
      pool,
      supervisor,
      tasksWanted: config.kafka.brokers.length > 0 ? null : config.cell.partitions,
    }),
    liveness: livenessOf(supervisor),
    log,
  });
}
