/** Reads and changes the messages of Kafka's protocol, as far as the faults need it: the versions that kafkajs speaks. */
import type { MeasureMessage } from './messageSplitter.js';

/** Requests and answers alike: a length that does not count itself. */
export const measureKafka: MeasureMessage = (held) => (held.length < 4 ? null : 4 + held.readInt32BE(0));

export const apis = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  syncGroup: 14,
} as const;

export interface RequestHead {
  readonly api: number;
  readonly version: number;
  readonly correlationId: number;
}

export function requestHead(request: Buffer): RequestHead {
  return {
    api: request.readInt16BE(4),
    version: request.readInt16BE(6),
    correlationId: request.readInt32BE(8),
  };
}

/**
 * Metadata and FindCoordinator name brokers by host (int16 length, bytes) and port (int32): in place, each broker's port
 * becomes its proxy's, so that clients come back through it.
 */
export function redirectBrokers(answer: Buffer, host: string, proxyPorts: ReadonlyMap<number, number>): void {
  const name = Buffer.concat([Buffer.from([0, host.length]), Buffer.from(host)]);
  for (let at = answer.indexOf(name); at >= 0; at = answer.indexOf(name, at + 1)) {
    const portAt = at + name.length;
    if (portAt + 4 > answer.length) return;
    const port = proxyPorts.get(answer.readInt32BE(portAt));
    if (port !== undefined) answer.writeInt32BE(port, portAt);
  }
}

const leaderNotAvailable = 5;

/** The first topic of a Metadata answer (version 1 to 6) is said to have no leader. False: there is no topic in it. */
export function failFirstTopic(answer: Buffer, version: number): boolean {
  let at = 8 + (version >= 3 ? 4 : 0);
  const skipText = (): void => {
    const bytes = answer.readInt16BE(at);
    at += 2 + Math.max(0, bytes);
  };
  const brokers = answer.readInt32BE(at);
  at += 4;
  for (let i = 0; i < brokers; i++) {
    at += 4;
    skipText();
    at += 4;
    skipText();
  }
  if (version >= 2) skipText();
  at += 4;
  const topics = answer.readInt32BE(at);
  at += 4;
  if (topics < 1) return false;
  answer.writeInt16BE(leaderNotAvailable, at);
  return true;
}
