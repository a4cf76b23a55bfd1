/** `/health/live`: the process answers. `/health/ready`: what it needs answers too. */
import type { FastifyPluginAsync } from 'fastify';

/** Each part by name: null where it is well, else what is wrong with it, in one line without secrets. */
export type Readiness = () => Promise<Readonly<Record<string, string | null>>>;

export function healthRoutes(readiness: Readiness): FastifyPluginAsync {
  return async (server) => {
    server.get('/health/live', async () => ({ status: 'live' }));
    server.get('/health/ready', async (_request, reply) => {
      const parts = await readiness();
      const ready = Object.values(parts).every((problem) => problem === null);
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', parts });
    });
  };
}
