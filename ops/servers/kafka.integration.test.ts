import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import test, { type ExecutionContext } from 'ava';
import kafkajs, { type KafkaConfig } from 'kafkajs';
import { kafkaMissing, startKafka } from './kafka.js';
import { needs } from './needs.js';
import { testKafka, testKafkaMissing } from './testKafka.js';

const { Kafka, logLevel } = kafkajs;
const sharedTest = needs(test, await testKafkaMissing());
const kafkaTest = needs(test.serial, await kafkaMissing());

async function newFolder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'balancin-kafka-'));
  t.teardown(async () => await rm(dir, { recursive: true, force: true }));
  return dir;
}

function kafka(brokers: readonly string[], more: Partial<KafkaConfig> = {}) {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, ...more });
}

async function createTopic(client: InstanceType<typeof Kafka>, topic: string): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

/** Appends one value and gives its offset. What the client calls retriable is tried again, as its users must. */
async function append(client: InstanceType<typeof Kafka>, topic: string): Promise<number> {
  for (;;) {
    const producer = client.producer();
    try {
      await producer.connect();
      const [acked] = await producer.send({ topic, acks: -1, messages: [{ value: 'x' }] });
      return Number(acked?.baseOffset);
    } catch (error) {
      if (!(error as { retriable?: boolean }).retriable) throw error;
    } finally {
      await producer.disconnect();
    }
  }
}

sharedTest('what is appended to the shared Kafka is there, under a prefix of the test alone', async (t) => {
  const [one, other] = [await testKafka(t), await testKafka(t)];
  t.not(one.prefix, other.prefix);
  const [client, topic] = [kafka(one.brokers), `${one.prefix}edge.telemetry.v1`];
  await createTopic(client, topic);
  t.deepEqual([await append(client, topic), await append(client, topic)], [0, 1]);
});

sharedTest('a topic that nobody created is refused', async (t) => {
  const { brokers, prefix } = await testKafka(t);
  const producer = kafka(brokers, { retry: { retries: 0 } }).producer({ allowAutoTopicCreation: true });
  await producer.connect();
  t.teardown(async () => await producer.disconnect());
  await t.throwsAsync(producer.send({ topic: `${prefix}misspelt`, messages: [{ value: 'x' }] }));
});

sharedTest('the shared registry refuses an incompatible schema', async (t) => {
  const { registryUrl } = await testKafka(t);
  const registry = new SchemaRegistry({ host: registryUrl });
  const subject = `t-${randomUUID()}-value`;
  const record = (...fields: object[]) => ({
    type: SchemaType.AVRO as const,
    schema: JSON.stringify({ type: 'record', name: 'Frame', namespace: 'test', fields }),
  });
  const well = { name: 'well', type: 'string' };
  const { id } = await registry.register(record(well), { subject });
  const encoded = await registry.encode(id, { well: 'W1' });
  t.deepEqual({ ...(await registry.decode(encoded)) }, { well: 'W1' });
  await t.throwsAsync(registry.register(record(well, { name: 'added', type: 'long' }), { subject }));
  await registry.register(record(well, { name: 'added', type: 'long', default: 0 }), { subject });
});

kafkaTest('of three brokers one may be killed: appends go on, and it comes back', async (t) => {
  const sasl = { mechanism: 'plain', username: 'ana', password: 'q"uote\\d' } as const;
  const server = await startKafka({ dir: await newFolder(t), brokers: 3, sasl, heapMb: 400, quick: true });
  t.teardown(async () => await server.stop());
  const client = kafka(server.brokers, {
    sasl,
    retry: { retries: 30, initialRetryTime: 300, maxRetryTime: 1_000 },
  });
  await createTopic(client, 'kept');
  t.is(await append(client, 'kept'), 0);
  await server.kill(0);
  const second = await append(client, 'kept');
  t.true(second >= 1, 'two of three replicas are in sync: enough for acks=all');
  await t.throwsAsync(server.restart(1), { message: /still running/ });
  await server.restart(0);
  t.true((await append(client, 'kept')) > second);
});
