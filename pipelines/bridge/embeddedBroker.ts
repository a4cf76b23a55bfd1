/**
 * An MQTT broker in the process, for edges that publish straight to us: authenticates by API key, acknowledges when durable.
 * It speaks MQTT 3.1.1 (aedes has no 5): no content types, so a JSON payload starts with its brace.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { BalancinError } from '#schemas/errors.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Bridge } from './bridge.js';
import { type EdgeIdentity, parseEdgeTopic } from './mqttTopic.js';

export interface EmbeddedBrokerOptions {
  readonly bridge: Bridge;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The MQTT user name is the key's id, the password its secret; null refuses. */
  authenticate(keyId: string, secret: string): Promise<EdgeIdentity | null>;
  readonly connectionsMax: number;
  readonly lines: WorkerLog;
}

export interface EmbeddedBroker {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const notAuthorized = 5;

function refusal(message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode: notAuthorized });
}

/** Throws PORT_IN_USE. A client that publishes outside its own site is cut off. */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { bridge, lines } = options;
  const identities = new WeakMap<Client, EdgeIdentity>();
  const broker = await Aedes.createBroker({
    authenticate(client, username, password, done) {
      options.authenticate(username ?? '', password?.toString('utf8') ?? '').then(
        (identity) => {
          if (identity === null) {
            lines.warn(
              { client: client.id, key: username ?? null },
              'an edge was refused: unknown or revoked key',
            );
            done(refusal('unknown or revoked key'), null);
            return;
          }
          identities.set(client, identity);
          done(null, true);
        },
        (err: unknown) => {
          lines.error({ err }, 'an edge could not be authenticated');
          done(refusal('authentication is not available'), null);
        },
      );
    },
    // The broker sends the PUBACK after this callback: durable first.
    authorizePublish(client, packet, callback) {
      const identity = client === null ? undefined : identities.get(client);
      const edge = parseEdgeTopic(packet.topic);
      if (
        identity === undefined ||
        edge === null ||
        edge.tenant !== identity.tenant ||
        edge.site !== identity.site
      ) {
        lines.warn({ topic: packet.topic, ...identity }, 'an edge published outside its own site');
        callback(new Error('not authorized for this topic'));
        return;
      }
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      bridge.take(identity, edge.kind, payload).then(
        () => callback(null),
        (err: unknown) => callback(err instanceof Error ? err : new Error(String(err))),
      );
    },
    // Sites do not read from each other here; the log is the only way on.
    authorizeSubscribe(_client, _subscription, callback) {
      callback(new Error('not authorized to subscribe'));
    },
  });
  broker.on('clientError', (client, err) =>
    lines.warn({ client: client.id, err }, `MQTT client: ${err.message}`),
  );

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (sockets.size >= options.connectionsMax) {
      lines.warn({ connections: sockets.size }, 'too many MQTT connections; one more is refused');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  let port: number;
  try {
    port = await listen(server, options.host, options.port);
  } catch (error) {
    // Its timers would keep the process alive.
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    throw error;
  }
  return {
    url: `mqtt://${options.host}:${port}`,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const error =
        cause.code === 'EADDRINUSE'
          ? new BalancinError(
              'PORT_IN_USE',
              `the MQTT port ${port} is in use; choose another (0 takes a free one)`,
              { cause },
            )
          : cause;
      reject(error);
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
