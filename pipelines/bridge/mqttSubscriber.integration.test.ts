import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import mqtt from 'mqtt';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import type { AppendRecord, EventLog } from '#pipelines/log/eventLog.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import type { SchemaRegistry } from '#pipelines/registry/schemaRegistry.js';
import { mosquittoMissing, startMosquitto } from '#ops/servers/mosquitto.js';
import { needs } from '#ops/servers/needs.js';
import { openBridge } from './bridge.js';
import { edgeTopic } from './mqttTopic.js';
import { subscribeMqtt } from './mqttSubscriber.js';

const mosquittoTest = needs(test, await mosquittoMissing());
const site = { tenant: 'acme', site: 'norte' };
const edge = { username: 'acme/norte', password: 'e'.repeat(20) };
const reader = { username: 'bridge', password: 'b'.repeat(20) };
const registry: SchemaRegistry = { register: async () => 11, fetch: async () => null, close: async () => {} };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

function frame(seq: number) {
  const series = [{ tag: 'well.whp', dtMs: [0], value: [seq], quality: new Uint8Array(0) }];
  return {
    ...site,
    well: 'W-1',
    stream: 'fast',
    epoch: 1,
    seq,
    t0: 1_790_000_000_000,
    historical: false,
    series,
  };
}

/** A log that takes records, or does not. */
function switchedLog() {
  const records: AppendRecord[] = [];
  const state = { away: false };
  const producer = {
    append: async (batch: readonly AppendRecord[]) => {
      if (state.away) throw new Error('away');
      records.push(...batch);
      return batch.map(({ topic }, offset) => ({ topic, partition: 0, offset }));
    },
    close: async () => {},
  };
  return { records, state, log: { producer: async () => producer } as unknown as EventLog };
}

async function setup(t: ExecutionContext, port?: number) {
  const dir = mkdtempSync(join(tmpdir(), 'balancin-mosquitto-'));
  const broker = await startMosquitto({
    dir,
    users: [
      { ...edge, publish: ['balancin/v1/acme/norte/#'] },
      { ...reader, publish: [], subscribe: ['balancin/v1/#', '$share/+/balancin/v1/#'] },
    ],
    ...(port === undefined ? {} : { port }),
  });
  t.teardown(() => broker.stop());
  return broker;
}

async function bridgeOn(t: ExecutionContext, url: string, log: EventLog, connections: number) {
  const bridge = await openBridge({ log, registry, subjectPrefix: '', inFlightMax: 64, lines: quiet });
  const subscriber = await subscribeMqtt({
    bridge,
    url,
    ...reader,
    clientId: `bridge-of-${connections}`,
    connections,
    receiveMaximum: 16,
    lines: quiet,
  });
  const close = async (): Promise<void> => {
    await subscriber.close();
    await bridge.close();
  };
  t.teardown(close);
  return { bridge, close };
}

async function publisher(t: ExecutionContext, url: string) {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, ...edge });
  t.teardown(() => client.endAsync(true));
  return client;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

const seqs = (records: readonly AppendRecord[]): string[] =>
  records.map(({ value }) => Buffer.from(value ?? []).toString('hex')).sort();
const wanted = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    encodeWire(11, encodeFrame(frame(from + i))).toString('hex'),
  ).sort();

mosquittoTest(
  'what sites publish comes into the log with their identity, over one connection or several',
  async (t) => {
    const broker = await setup(t);
    for (const connections of [1, 3]) {
      const { records, log } = switchedLog();
      const { bridge, close } = await bridgeOn(t, broker.url, log, connections);
      const client = await publisher(t, broker.url);
      const spoofed = { ...frame(1), tenant: 'someone', site: 'else' };
      await client.publishAsync(edgeTopic(site, 'telemetry'), encodeFrame(spoofed), { qos: 1 });
      for (let seq = 2; seq <= 20; seq++)
        await client.publishAsync(edgeTopic(site, 'telemetry'), encodeFrame(frame(seq)), { qos: 1 });
      await until(() => records.length >= 20);
      t.deepEqual(seqs(records), wanted(1, 20));
      t.true(records.every(({ key }) => key === 'acme/norte'));
      t.is(bridge.counts().taken, 20);
      await close();
    }
  },
);

mosquittoTest(
  'what was not durable when the bridge went away comes again, and nothing is lost',
  async (t) => {
    const broker = await setup(t);
    const first = switchedLog();
    const { close } = await bridgeOn(t, broker.url, first.log, 1);
    const client = await publisher(t, broker.url);
    await client.publishAsync(edgeTopic(site, 'telemetry'), encodeFrame(frame(1)), { qos: 1 });
    await until(() => first.records.length === 1);
    first.state.away = true;
    for (let seq = 2; seq <= 10; seq++)
      await client.publishAsync(edgeTopic(site, 'telemetry'), encodeFrame(frame(seq)), { qos: 1 });
    await sleep(300);
    await close();
    t.is(first.records.length, 1, 'the log was away: nothing more is durable');
    const second = switchedLog();
    await bridgeOn(t, broker.url, second.log, 1);
    await until(() => second.records.length >= 9);
    t.deepEqual(seqs(second.records), wanted(2, 10));
  },
);

mosquittoTest(
  'a broker that goes away and comes back is joined again, with the messages it kept',
  async (t) => {
    const broker = await setup(t);
    const { records, log } = switchedLog();
    await bridgeOn(t, broker.url, log, 1);
    await broker.kill();
    const again = await setup(t, broker.port);
    const client = await publisher(t, again.url);
    // The new broker knows nothing of us until we are back.
    let seq = 1;
    while (records.length === 0) {
      await client.publishAsync(edgeTopic(site, 'telemetry'), encodeFrame(frame(seq++)), { qos: 1 });
      await sleep(50);
    }
    t.true(records.length > 0);
  },
);

mosquittoTest('a wrong password and a broker that is not there are told apart, in one line', async (t) => {
  const broker = await setup(t);
  const { log } = switchedLog();
  const bridge = await openBridge({ log, registry, subjectPrefix: '', inFlightMax: 4, lines: quiet });
  t.teardown(() => bridge.close());
  const options = { bridge, ...reader, clientId: 'x', connections: 1, receiveMaximum: 4, lines: quiet };
  await t.throwsAsync(subscribeMqtt({ ...options, url: broker.url, password: 'wrong' }), {
    code: 'AUTHENTICATION',
  });
  await t.throwsAsync(subscribeMqtt({ ...options, url: 'mqtt://127.0.0.1:1' }), { code: 'LOG_UNAVAILABLE' });
});
