/** `/metrics` in Prometheus's text format. */
import type { FastifyPluginAsync } from 'fastify';
import type { Metrics } from '#ops/telemetry/metrics.js';

export function metricsRoutes(metrics: Metrics): FastifyPluginAsync {
  return async (server) => {
    server.get('/metrics', async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
  };
}
