/** Takes what edge sites publish to an MQTT 5 broker; a message is acknowledged to the broker only when it is durable. */
import mqtt from 'mqtt';
import { BalancinError } from '#schemas/errors.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Bridge } from './bridge.js';
import { edgeTopicFilter, parseEdgeTopic } from './mqttTopic.js';

export interface MqttSubscriberOptions {
  readonly bridge: Bridge;
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Stable, so that the broker keeps what comes while we are away; one number is added a connection. */
  readonly clientId: string;
  /**
   * mqtt.js handles one message of a connection after the other, each waiting to be durable: several connections share
   * the subscription, and the log takes what they hold as one batch. With fewer than before, the sessions of the others keep
   * what the broker put there until they are joined again or expire: start once more with the old number first.
   */
  readonly connections: number;
  readonly receiveMaximum: number;
  readonly lines: WorkerLog;
}

export interface MqttSubscriber {
  close(): Promise<void>;
}

/** How long the broker keeps the session, and with it unacknowledged messages, after we are gone, s. */
const sessionExpiryS = 7 * 86_400;
const connectTimeoutMs = 10_000;

/** PUBACK reason codes of MQTT 5. */
const success = 0;
const topicNameInvalid = 144;

/**
 * The broker's access control must let each site publish below `balancin/v1/<tenant>/<site>/` alone: the topic is the
 * identity. Resolves when every connection has subscribed; after that it reconnects by itself.
 */
export async function subscribeMqtt(options: MqttSubscriberOptions): Promise<MqttSubscriber> {
  const clients: mqtt.MqttClient[] = [];
  try {
    for (let n = 0; n < options.connections; n++) clients.push(await connect(options, n));
  } catch (error) {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    throw error;
  }
  return {
    async close() {
      await Promise.all(clients.map((client) => client.endAsync()));
    },
  };
}

async function connect(options: MqttSubscriberOptions, n: number): Promise<mqtt.MqttClient> {
  const { bridge, lines } = options;
  const client = mqtt.connect(options.url, {
    protocolVersion: 5,
    clientId: `${options.clientId}-${n}`,
    clean: false,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: 1_000,
    ...(options.username === null ? {} : { username: options.username }),
    ...(options.password === null ? {} : { password: options.password }),
    properties: { sessionExpiryInterval: sessionExpiryS, receiveMaximum: options.receiveMaximum },
    customHandleAcks: (topic, payload, packet, done) => {
      const edge = parseEdgeTopic(topic);
      if (edge === null) {
        lines.warn({ topic }, 'a message came on a topic that is not an edge topic');
        done(topicNameInvalid);
        return;
      }
      bridge.take(edge, edge.kind, payload, packet.properties?.contentType).then(
        () => done(success),
        (err: unknown) => {
          // An answer, even a bad one, would end the message: unanswered, the broker keeps it and sends it again.
          lines.error({ err, topic }, 'a message could not be taken and is left with the broker');
        },
      );
    },
  });
  client.on('error', (err) => lines.error({ err }, `MQTT: ${err.message}`));
  client.on('close', () => lines.warn({ connection: n }, 'MQTT connection lost or closed'));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      client.end(true);
      reject(
        new BalancinError('LOG_UNAVAILABLE', `the MQTT broker did not answer in ${connectTimeoutMs} ms`),
      );
    }, connectTimeoutMs);
    client.once('connect', () => {
      clearTimeout(timer);
      resolve();
    });
    client.once('error', (cause) => {
      clearTimeout(timer);
      client.end(true);
      // A broker that answers gives an MQTT reason, a number; a network gives a name such as ECONNREFUSED.
      const answered = typeof (cause as { code?: unknown }).code === 'number';
      reject(
        answered
          ? new BalancinError('AUTHENTICATION', `the MQTT broker refused the connection: ${cause.message}`, {
              cause,
            })
          : new BalancinError('LOG_UNAVAILABLE', `the MQTT broker cannot be reached: ${cause.message}`, {
              cause,
            }),
      );
    });
  });
  // Shared even by one alone: a session that outlives a change of their number must not hold a second subscription.
  await client.subscribeAsync(`$share/${options.clientId}/${edgeTopicFilter}`, { qos: 1 });
  return client;
}
