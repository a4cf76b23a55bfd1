import test, { type ExecutionContext } from 'ava';
import mqtt from 'mqtt';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import type { AppendRecord, EventLog, LogProducer } from '#pipelines/log/eventLog.js';
import { encodeWire, payloadOf } from '#pipelines/registry/wireFormat.js';
import type { SchemaRegistry } from '#pipelines/registry/schemaRegistry.js';
import { AppendQueue } from './appendQueue.js';
import { openBridge } from './bridge.js';
import { startEmbeddedBroker } from './embeddedBroker.js';
import { bridgeErrorHeader, toRecord } from './ingest.js';
import { parseJsonFrame } from './jsonFrame.js';
import { edgeTopic, parseEdgeTopic } from './mqttTopic.js';
import { stampIdentity } from './stampIdentity.js';

const site = { tenant: 'acme', site: 'norte' };
const schemaIds = { telemetry: 11, backfill: 12, cards: 13, records: 14, status: 15 };
const frame = {
  ...site,
  well: 'W-1',
  stream: 'fast',
  epoch: 1,
  seq: 7,
  t0: 1_760_000_000_000,
  historical: false,
  series: [{ tag: 'well.whp', dtMs: [0, 1000], value: [1.5, 2.5], quality: Uint8Array.of(0, 2) }],
};
const json = { ...frame, t0: '2025-10-09T08:53:20Z', series: [{ ...frame.series[0], quality: [0, 2] }] };

/** A log whose appends are answered when the test says so. */
function slowLog() {
  const records: AppendRecord[] = [];
  const answers: { readonly batch: number; answer(error?: Error): void }[] = [];
  const producer: LogProducer = {
    append: (batch) =>
      new Promise((resolve, reject) => {
        records.push(...batch);
        answers.push({
          batch: batch.length,
          answer: (error) => {
            if (error !== undefined) reject(error);
            else resolve(batch.map(({ topic }, offset) => ({ topic, partition: 0, offset })));
          },
        });
      }),
    close: async () => {},
  };
  return { records, answers, producer };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('only topics of the documented shape are edge topics', (t) => {
  t.deepEqual(parseEdgeTopic(edgeTopic(site, 'telemetry')), { ...site, kind: 'telemetry' });
  const bad = [
    'balancin/v1/acme/norte',
    'balancin/v1/acme/norte/x',
    'balancin/v1//norte/telemetry',
    'balancin/v2/acme/norte/telemetry',
    'balancin/v1/acme/norte/telemetry/x',
    'balancin/v1/acme/norte/constructor',
  ];
  for (const topic of bad) t.is(parseEdgeTopic(topic), null, topic);
});

test('the identity of the connection replaces the one in an Avro payload, and nothing else changes', (t) => {
  const claimed = encodeFrame({ ...frame, tenant: 'someone-else', site: 'x'.repeat(300) });
  t.deepEqual(stampIdentity(claimed, 'acme', 'norte'), Buffer.from(encodeFrame(frame)));
  t.is(stampIdentity(claimed.subarray(0, 100), 'acme', 'norte'), null);
  t.is(stampIdentity(new Uint8Array(0), 'acme', 'norte'), null);
  t.is(stampIdentity(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff), 'acme', 'norte'), null);
});

test('JSON, bare Avro and framed Avro of one frame become the same record', (t) => {
  const wanted = encodeWire(11, encodeFrame(frame));
  const spoofed = encodeFrame({ ...frame, tenant: 'other' });
  const payloads: [Uint8Array, string | undefined][] = [
    [Buffer.from(JSON.stringify({ ...json, tenant: 'other' })), undefined],
    [Buffer.from(`  ${JSON.stringify(json)}`), 'application/json'],
    [spoofed, undefined],
    [spoofed, 'avro/binary'],
    [encodeWire(11, spoofed), undefined],
    [encodeFrame({ ...frame, tenant: '', site: '' }), 'avro/binary'],
  ];
  for (const [payload, type] of payloads) {
    const record = toRecord(schemaIds, site, 'telemetry', payload, type);
    t.is(record.topic, 'edge.telemetry.v1');
    t.is(record.key, 'acme/norte');
    t.deepEqual(Buffer.from(record.value ?? []), Buffer.from(wanted));
    t.is(record.headers, undefined);
  }
});

test('framed Avro keeps the id of its writer schema', (t) => {
  const record = toRecord(schemaIds, site, 'backfill', encodeWire(99, encodeFrame(frame)), undefined);
  t.is(Buffer.from(record.value ?? []).readInt32BE(1), 99);
  t.deepEqual(Buffer.from(payloadOf(record.value ?? new Uint8Array())), Buffer.from(encodeFrame(frame)));
});

test('a payload that makes no sense goes on as it came, with the reason', (t) => {
  const cases: [string | Uint8Array, RegExp][] = [
    ['{"well":', /not JSON/],
    ['{}', /well/],
    [JSON.stringify({ ...json, seq: -1 }), /seq/],
    [JSON.stringify({ ...json, series: [{ tag: 'a', dtMs: [0], value: [1, 2] }] }), /series\.0.*one length/],
    [Uint8Array.of(0xff, 0xff, 0xff, 0xff), /neither JSON nor Avro/],
    [new Uint8Array(0), /neither JSON nor Avro/],
  ];
  for (const [payload, reason] of cases) {
    const bytes = Buffer.from(payload);
    const record = toRecord(schemaIds, site, 'telemetry', bytes, undefined);
    t.deepEqual(Buffer.from(record.value ?? []), bytes);
    t.regex(Buffer.from(record.headers?.[bridgeErrorHeader] ?? []).toString('utf8'), reason);
  }
});

test('a JSON null is a sample that is not there, never a zero', (t) => {
  const parsed = parseJsonFrame(
    JSON.stringify({ ...json, series: [{ tag: 'a', dtMs: [0, 1], value: [null, 2] }] }),
    site,
  );
  if (!parsed.ok) return t.fail(parsed.detail);
  t.deepEqual(parsed.frame.series[0]?.value, [Number.NaN, 2]);
  t.deepEqual([...(parsed.frame.series[0]?.quality ?? [])], [3, 0]);
});

test('what comes while a batch is under way goes with the next, in order, and the limit refuses the rest', async (t) => {
  const { records, answers, producer } = slowLog();
  const limits = { recordsMax: 4, batchRecordsMax: 2, retryMs: 1, retryMaxMs: 1, failed: () => {} };
  const queue = new AppendQueue(producer, limits);
  const append = (key: string) => queue.append({ topic: 'a', key, value: null });
  const done = ['1', '2', '3', '4'].map(append);
  await t.throwsAsync(append('5'), { code: 'LIMIT_REACHED' });
  await until(() => answers.length === 1);
  answers[0]?.answer();
  await until(() => answers.length === 2);
  answers[1]?.answer();
  await Promise.all(done);
  t.deepEqual(
    records.map(({ key }) => key),
    ['1', '2', '3', '4'],
  );
  t.is(queue.size, 0);
  await queue.close();
});

test('while the log is away a record is tried again, and is not acknowledged', async (t) => {
  const { answers, producer } = slowLog();
  const waits: number[] = [];
  const limits = {
    recordsMax: 4,
    batchRecordsMax: 2,
    retryMs: 1,
    retryMaxMs: 2,
    failed: (_: unknown, ms: number) => void waits.push(ms),
  };
  const queue = new AppendQueue(producer, limits);
  let durable = false;
  const done = queue.append({ topic: 'a', key: 'k', value: null }).then(() => {
    durable = true;
  });
  for (let n = 0; n < 3; n++) {
    await until(() => answers.length === n + 1);
    t.false(durable);
    answers[n]?.answer(new Error('away'));
  }
  await until(() => answers.length === 4);
  answers[3]?.answer();
  await done;
  t.deepEqual(waits, [1, 2, 2]);
});

const registry: SchemaRegistry = { register: async () => 11, fetch: async () => null, close: async () => {} };
const lines = { info: () => {}, warn: () => {}, error: () => {} };

async function openBroker(t: ExecutionContext, producer: LogProducer) {
  const log = { producer: async () => producer } as unknown as EventLog;
  const bridge = await openBridge({ log, registry, subjectPrefix: '', inFlightMax: 8, lines });
  const broker = await startEmbeddedBroker({
    bridge,
    host: '127.0.0.1',
    port: 0,
    authenticate: async (keyId, secret) => (keyId === 'k1' && secret === 's1' ? site : null),
    connectionsMax: 2,
    lines,
  });
  t.teardown(async () => {
    await broker.close();
    await bridge.close();
  });
  return { broker, bridge };
}

type ClientEvent = 'connect' | 'close' | 'error';

async function once(client: mqtt.MqttClient, event: ClientEvent): Promise<unknown> {
  return await new Promise((resolve) => {
    client.once(event, resolve);
  });
}

function connect(t: ExecutionContext, url: string, username: string, password: string): mqtt.MqttClient {
  const client = mqtt.connect(url, { protocolVersion: 4, username, password, reconnectPeriod: 0 });
  t.teardown(() => client.endAsync(true));
  return client;
}

test('the broker acknowledges a message only when it is durable', async (t) => {
  const { records, answers, producer } = slowLog();
  const { broker, bridge } = await openBroker(t, producer);
  const client = connect(t, broker.url, 'k1', 's1');
  await once(client, 'connect');
  let acknowledged = false;
  const published = client
    .publishAsync(edgeTopic(site, 'telemetry'), JSON.stringify(json), { qos: 1 })
    .then(() => {
      acknowledged = true;
    });
  await until(() => answers.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.false(acknowledged);
  answers[0]?.answer();
  await published;
  t.deepEqual(Buffer.from(records[0]?.value ?? []), Buffer.from(encodeWire(11, encodeFrame(frame))));
  t.deepEqual(bridge.counts(), { taken: 1, senseless: 0 });
});

test('a wrong secret is refused, as is one connection too many', async (t) => {
  const { broker } = await openBroker(t, slowLog().producer);
  const wrong = connect(t, broker.url, 'k1', 'guess');
  const error = (await once(wrong, 'error')) as Error;
  t.regex(error.message, /[Nn]ot authorized/);
  const open = [connect(t, broker.url, 'k1', 's1'), connect(t, broker.url, 'k1', 's1')];
  await Promise.all(open.map((client) => once(client, 'connect')));
  const third = connect(t, broker.url, 'k1', 's1');
  await once(third, 'close');
  t.false(third.connected);
});

test('a site that publishes below another site, or subscribes, is not served', async (t) => {
  const { records, producer } = slowLog();
  const { broker } = await openBroker(t, producer);
  const client = connect(t, broker.url, 'k1', 's1');
  await once(client, 'connect');
  client.on('error', () => {});
  client.publish(edgeTopic({ tenant: 'acme', site: 'sur' }, 'telemetry'), JSON.stringify(json), { qos: 1 });
  await once(client, 'close');
  t.deepEqual(records, []);
  const reader = connect(t, broker.url, 'k1', 's1');
  await once(reader, 'connect');
  await t.throwsAsync(reader.subscribeAsync('balancin/v1/#'));
});
