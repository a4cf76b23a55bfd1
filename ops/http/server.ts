/** The HTTP server of a process: health and metrics. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { BalancinError } from '#schemas/errors.js';
import type { Metrics } from '#ops/telemetry/metrics.js';
import { healthRoutes, type Liveness, type Readiness } from './routes/health.js';
import { metricsRoutes } from './routes/metrics.js';

export interface HttpOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** Null while what the process is there for goes on; else what hangs. Left out: the answer itself is the proof. */
  readonly liveness?: Liveness;
  readonly log: Logger;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Throws PORT_IN_USE, saying how to choose another. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const server: FastifyInstance = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 64 * 1024,
  });
  await server.register(healthRoutes(options.readiness, options.liveness));
  await server.register(metricsRoutes(options.metrics));
  server.setErrorHandler(async (error, request, reply) => {
    options.log.error({ err: error, path: request.url }, 'request failed');
    return reply.code(500).send({ error: 'internal error' });
  });
  try {
    const url = await server.listen({ host: options.host, port: options.port });
    return { url, close: () => server.close() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new BalancinError(
      'PORT_IN_USE',
      `port ${options.port} is in use; set BALANCIN_HTTP_PORT to another (0 takes a free one)`,
      { cause },
    );
  }
}
