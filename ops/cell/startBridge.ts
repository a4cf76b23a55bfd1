/** Starts the bridge of a cell: subscribed to the broker that is configured, or with a broker of its own. */
import { hostname } from 'node:os';
import { BalancinError } from '#schemas/errors.js';
import { type Bridge, openBridge } from '#pipelines/bridge/bridge.js';
import { startEmbeddedBroker } from '#pipelines/bridge/embeddedBroker.js';
import { subscribeMqtt } from '#pipelines/bridge/mqttSubscriber.js';
import { verifyKey } from '#pipelines/tenants/verifyKey.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Cell } from './cell.js';

export interface RunningBridge {
  readonly bridge: Bridge;
  /** Where edges publish to. */
  readonly mqttUrl: string;
  close(): Promise<void>;
}

export async function startBridge(cell: Cell, lines: WorkerLog): Promise<RunningBridge> {
  const { config } = cell;
  const settings = config.bridge;
  const bridge = await openBridge({
    log: await cell.log(),
    registry: await cell.registry(),
    subjectPrefix: config.cell.topicPrefix,
    inFlightMax: settings.inFlightMax,
    lines,
  });
  try {
    if (settings.mqttUrl !== null) {
      const subscriber = await subscribeMqtt({
        bridge,
        url: settings.mqttUrl,
        username: settings.mqttUsername,
        password: settings.mqttPassword,
        clientId: `balancin-bridge-${config.cell.topicPrefix}${hostname()}`,
        connections: settings.connections,
        receiveMaximum: settings.inFlightMax,
        lines,
      });
      return { bridge, mqttUrl: settings.mqttUrl, close: () => closeAll(subscriber, bridge) };
    }
    const broker = await startEmbeddedBroker({
      bridge,
      host: settings.host,
      port: settings.port,
      authenticate: (keyId, secret) => verifyKey(cell.pool, keyId, secret),
      connectionsMax: settings.connectionsMax,
      lines,
    });
    return { bridge, mqttUrl: broker.url, close: () => closeAll(broker, bridge) };
  } catch (error) {
    await bridge.close();
    if (!(error instanceof BalancinError) || error.code !== 'PORT_IN_USE') throw error;
    const message = `MQTT port ${settings.port} is in use; set BALANCIN_MQTT_PORT to another (0 takes a free one)`;
    throw new BalancinError('PORT_IN_USE', message, { cause: error });
  }
}

/** The way in first: what it holds unacknowledged stays with the sender. */
async function closeAll(front: { close(): Promise<void> }, bridge: Bridge): Promise<void> {
  await front.close();
  await bridge.close();
}
