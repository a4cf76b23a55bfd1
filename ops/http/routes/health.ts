/** `/health/live`: what the process is there for goes on. `/health/ready`: what it needs answers, its work is taken up. */
import type { FastifyPluginAsync } from 'fastify';

/** Each part by name: null where it is well, else what is wrong with it, in one line without secrets. */
export type Readiness = () => Promise<Readonly<Record<string, string | null>>>;

/** Null where it lives, else what hangs: only starting anew helps. */
export type Liveness = () => string | null;

export function healthRoutes(readiness: Readiness, liveness: Liveness = () => null): FastifyPluginAsync {
  return async (server) => {
    server.get('/health/live', async (_request, reply) => {
      const problem = liveness();
      return reply
        .code(problem === null ? 200 : 503)
        .send(problem === null ? { status: 'live' } : { status: 'not live', problem });
    });
    server.get('/health/ready', async (_request, reply) => {
      const parts = await readiness();
      const ready = Object.values(parts).every((problem) => problem === null);
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', parts });
    });
  };
}
