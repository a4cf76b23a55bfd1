/** Takes connections on a loopback port and opens one to the server behind for each: what a fault proxy is made of. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type MeasureMessage, MessageSplitter } from './messageSplitter.js';

export interface RelayedPair {
  readonly client: Socket;
  readonly server: Socket;
  /** The server's side outlives the client's: something of the client's is delivered later. */
  keepServer: boolean;
  /** Both sides at once, without a word. */
  cut(): void;
}

export interface TcpRelay {
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

export async function startRelay(
  serverPort: () => number,
  accept: (pair: RelayedPair) => void,
): Promise<TcpRelay> {
  const open = new Set<Socket>();
  const listener: Server = createServer((client) => {
    const server = connect(serverPort(), '127.0.0.1');
    const pair: RelayedPair = {
      client,
      server,
      keepServer: false,
      cut() {
        client.destroy();
        server.destroy();
      },
    };
    for (const socket of [client, server]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
    }
    // The server deals with what it was sent; its end without an answer is the client's.
    client.once('close', () => {
      if (!pair.keepServer) server.end();
    });
    server.once('close', () => client.destroy());
    accept(pair);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port: 0, host: '127.0.0.1' }, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    port: address.port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => {
        listener.close(() => resolve());
      });
    },
  };
}

/** Hands each whole message on, unless `pass` takes it out: it then has done with it what is to be done. */
export function pump(
  from: Socket,
  to: Socket,
  measure: MeasureMessage,
  pass: (message: Buffer) => boolean,
): void {
  const splitter = new MessageSplitter(measure);
  from.on('data', (chunk: Buffer) => {
    to.cork();
    try {
      for (const message of splitter.push(chunk)) {
        if (from.destroyed || to.destroyed) return;
        if (pass(message)) to.write(message);
      }
    } finally {
      to.uncork();
    }
  });
}
