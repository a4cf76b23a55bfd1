/** Finds loopback TCP ports that nothing listens on. */
import { createServer } from 'node:net';
import { BalancinError } from '#schemas/errors.js';

/** Asks the operating system for a free loopback port. Another process may take it before it is used: retry. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === null) throw new BalancinError('PORT_IN_USE', 'the operating system has no free loopback port');
  return port;
}

/** Throws PORT_IN_USE, naming who wanted it and what to do, when something listens on the loopback port. */
export async function requireFreePort(port: number, wantedBy: string): Promise<void> {
  if ((await listenOnce(port)) === null) throw portInUse(port, wantedBy);
}

export function portInUse(port: number, wantedBy: string): BalancinError {
  return new BalancinError(
    'PORT_IN_USE',
    `port ${port} is in use: end what listens there, or give ${wantedBy} another port`,
    { context: { port, wantedBy } },
  );
}

/** Several free ports at once, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** The port that was free, or null where it is taken. */
async function listenOnce(port: number): Promise<number | null> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
