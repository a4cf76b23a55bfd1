/** Stands before the brokers of a Kafka without TLS and does its faults at requests and answers of the protocol. */
import {
  apis,
  failFirstTopic,
  measureKafka,
  redirectBrokers,
  type RequestHead,
  requestHead,
} from './kafkaMessages.js';
import { pump, type RelayedPair, startRelay, type TcpRelay } from './tcpRelay.js';
import type { WireDirector, WireFault } from './wireFaults.js';

export interface KafkaProxyOptions {
  /** `127.0.0.1:port` of every broker, as they advertise themselves. */
  readonly brokers: readonly string[];
  /** The round's; null: everything passes. */
  readonly director: () => WireDirector | null;
}

export interface KafkaProxy {
  /** What clients are told instead. */
  readonly brokers: readonly string[];
  close(): Promise<void>;
}

const host = '127.0.0.1';
/** An answer to a fetch that finds nothing is smaller. */
const recordsBytesMin = 400;

/** Lost before the broker sees it. */
const lostRequests: Readonly<Record<number, WireFault>> = {
  [apis.joinGroup]: 'join-lost',
  [apis.syncGroup]: 'sync-lost',
  [apis.heartbeat]: 'heartbeat-lost',
  [apis.produce]: 'produce-lost',
  [apis.listOffsets]: 'offsets-lost',
};

const lostAnswers: Readonly<Record<number, WireFault>> = {
  [apis.joinGroup]: 'join-answer-lost',
  [apis.produce]: 'produce-answer-lost',
};

export async function startKafkaProxy({ brokers, director }: KafkaProxyOptions): Promise<KafkaProxy> {
  const proxyPorts = new Map<number, number>();
  const strikes = (kind: WireFault | undefined): boolean =>
    kind !== undefined && director()?.strikes(kind) === true;
  const relays: TcpRelay[] = [];
  for (const broker of brokers) {
    const port = Number(broker.split(':').at(-1));
    const relay = await startRelay(() => port, accept);
    proxyPorts.set(port, relay.port);
    relays.push(relay);
  }
  return {
    brokers: relays.map(({ port }) => `${host}:${port}`),
    async close() {
      await Promise.all(relays.map((relay) => relay.close()));
    },
  };

  function accept(pair: RelayedPair): void {
    const asked = new Map<number, RequestHead>();
    pump(pair.client, pair.server, measureKafka, (request) => {
      const head = requestHead(request);
      if (strikes(lostRequests[head.api])) return lose(pair);
      asked.set(head.correlationId, head);
      return true;
    });
    pump(pair.server, pair.client, measureKafka, (answer) => {
      const correlationId = answer.readInt32BE(4);
      const head = asked.get(correlationId);
      asked.delete(correlationId);
      if (head === undefined) return true;
      if (strikes(lostAnswers[head.api])) return lose(pair);
      if (head.api === apis.fetch && answer.length >= recordsBytesMin && strikes('fetch-cut')) {
        pair.client.write(answer.subarray(0, answer.length >> 1), () => pair.cut());
        return false;
      }
      if (head.api === apis.metadata || head.api === apis.findCoordinator)
        redirectBrokers(answer, host, proxyPorts);
      if (head.api === apis.metadata && namesTopics(answer, head) && strikes('metadata-error'))
        failFirstTopic(answer, head.version);
      return true;
    });
  }
}

/** Asked for no topic, a broker names none: nothing to be wrong about. */
function namesTopics(answer: Buffer, { version }: RequestHead): boolean {
  return failFirstTopic(Buffer.from(answer), version);
}

function lose(pair: RelayedPair): false {
  pair.cut();
  return false;
}
