import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import mqtt, { type MqttClient } from 'mqtt';
import { type MosquittoServer, mosquittoMissing, startMosquitto } from './mosquitto.js';
import { needs } from './needs.js';

const mosquittoTest = needs(test, await mosquittoMissing());
const users = [
  { username: 'norte', password: 'n-secret', publish: ['acme/norte/#'] },
  { username: 'sur', password: 's-secret', publish: ['acme/sur/#'] },
  { username: 'bridge', password: 'b-secret', publish: [], subscribe: ['acme/#'] },
];

async function newFolder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'balancin-mosquitto-'));
  t.teardown(async () => await rm(dir, { recursive: true, force: true }));
  return dir;
}

async function setup(t: ExecutionContext): Promise<MosquittoServer & { dir: string }> {
  const dir = await newFolder(t);
  const server = await startMosquitto({ dir, users });
  t.teardown(async () => await server.stop());
  return { ...server, dir };
}

async function client(
  t: ExecutionContext,
  url: string,
  username: string,
  password: string,
): Promise<MqttClient> {
  const options = { username, password, protocolVersion: 5, reconnectPeriod: 0 } as const;
  const connected = await mqtt.connectAsync(url, options);
  t.teardown(async () => await connected.endAsync(true));
  return connected;
}

mosquittoTest(
  'what a user publishes under its own prefix arrives; what it publishes elsewhere is refused',
  async (t) => {
    const { url } = await setup(t);
    const bridge = await client(t, url, 'bridge', 'b-secret');
    await bridge.subscribeAsync('acme/#', { qos: 1 });
    const arrived: string[] = [];
    bridge.on('message', (topic) => arrived.push(topic));
    const norte = await client(t, url, 'norte', 'n-secret');
    // 135: not authorized.
    await t.throwsAsync(norte.publishAsync('acme/sur/telemetry', 'x', { qos: 1 }), { code: 135 } as object);
    await norte.publishAsync('acme/norte/telemetry', 'x', { qos: 1 });
    while (arrived.length === 0)
      await new Promise<void>((resolve) => bridge.once('message', () => resolve()));
    t.deepEqual(arrived, ['acme/norte/telemetry']);
  },
);

mosquittoTest('nobody gets in without a password or with a wrong one', async (t) => {
  const { url } = await setup(t);
  await t.throwsAsync(client(t, url, 'norte', 'wrong'), { message: /not authori[sz]ed/i });
  await t.throwsAsync(mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 }), {
    message: /not authori[sz]ed/i,
  });
});

mosquittoTest('its passwords are hashed and its files are closed to others', async (t) => {
  const { dir } = await setup(t);
  for (const file of ['passwords', 'rights', 'mosquitto.conf']) {
    t.is((await stat(join(dir, file))).mode & 0o077, 0, file);
  }
});

mosquittoTest('a taken port is named in one line', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const error = await t.throwsAsync(startMosquitto({ dir: await newFolder(t), users, port }), {
    code: 'PORT_IN_USE',
  });
  t.false(error?.message.includes('\n'));
});
