/** The Kafka adapter on a real broker: the contract, then what only this adapter promises. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import kafkajs from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { eventLogContract } from '../contract.js';
import {
  allTasks,
  createTestTopics,
  keyIn,
  openReader,
  type Reader,
  record,
  series,
} from '../contractReader.js';
import type { EventLog, LogRecord } from '../eventLog.js';
import { batchPlainBytesMax } from './codecs.js';
import { KafkaConsumer } from './kafkaConsumer.js';
import { createKafkaLog, type KafkaLogOptions } from './kafkaLog.js';

const kafkaTest = needs(test, await testKafkaMissing());
const serialTest = needs(test.serial, await testKafkaMissing());
type Admin = ReturnType<InstanceType<typeof kafkajs.Kafka>['admin']>;

/** Logs of one test share its prefix: they see the same topics. */
async function setUp(t: ExecutionContext) {
  const { brokers, prefix } = await testKafka(t);
  /** kafkajs as it is, for what the port does not offer: topics by their names in Kafka. */
  const raw = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: 'test',
    logLevel: kafkajs.logLevel.NOTHING,
  });
  return {
    prefix,
    raw,
    open(options: Partial<KafkaLogOptions> = {}): EventLog {
      const log = createKafkaLog({ brokers, topicPrefix: prefix, ...options });
      t.teardown(() => log.close());
      return log;
    },
    async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
      const admin = raw.admin();
      await admin.connect();
      try {
        return await work(admin);
      } finally {
        await admin.disconnect();
      }
    },
  };
}

async function open(t: ExecutionContext): Promise<EventLog> {
  return (await setUp(t)).open();
}

/** Next offsets as a worker would store them, shared by the readers of a group. */
class Progress {
  readonly #next = new Map<string, number>();

  note(records: readonly LogRecord[]): void {
    for (const { topic, partition, offset } of records) this.#next.set(`${topic}/${partition}`, offset + 1);
  }

  of(task: number, topics: readonly string[]): Map<string, number> {
    return new Map(topics.map((topic) => [topic, this.#next.get(`${topic}/${task}`) ?? 0]));
  }
}

/** Deleting takes the brokers a moment: until then the topic stands as it was. */
async function recreate(log: EventLog, topic: string): Promise<void> {
  const spec = { topic, partitions: 4, replicationFactor: 1, retentionMs: null };
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    try {
      await log.createTopics([spec]);
      if ((await log.offsets(topic))[1]?.high === 0) return;
    } catch (error) {
      if (!(error instanceof BalancinError)) throw error;
    }
  }
  throw new BalancinError('BUG', `${topic} was not made anew`);
}

async function pollAll(readers: readonly Reader[], progress: Progress): Promise<void> {
  for (const reader of readers) {
    const batches = await reader.poll({ recordsMax: 1_000, bytesMax: 1_000_000, timeoutMs: 20 });
    for (const batch of batches) progress.note(batch.records);
  }
}

async function pollUntil(
  readers: readonly Reader[],
  progress: Progress,
  holds: () => boolean,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new BalancinError('BUG', `waited in vain: ${readers.map((r) => r.events.join(' ')).join(' | ')}`);
    }
    await pollAll(readers, progress);
  }
}

eventLogContract(serialTest, open);

serialTest(
  'members share the tasks: those that stay are not claimed again, one that leaves is taken over from',
  async (t) => {
    const kafka = await setUp(t);
    const log = kafka.open();
    const otherLog = kafka.open();
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const progress = new Progress();
    const groupId = `group-${randomBytes(5).toString('hex')}`;
    const offsets = (task: number) => progress.of(task, topics);
    const round = async (name: string) => {
      const keys = allTasks.map((task) => keyIn(task));
      await producer.append(topics.flatMap((topic) => keys.flatMap((key) => series(topic, key, name, 25))));
    };
    await round('a');
    const first = await openReader(t, log, { topics, groupId, offsets });
    await pollUntil([first], progress, () => first.records.length >= 200);
    t.is(first.owned.size, 4);

    const second = await openReader(t, otherLog, { topics, groupId, offsets });
    await round('b');
    await pollUntil([first, second], progress, () => first.owned.size === 2 && second.owned.size === 2);
    const distinct = () =>
      new Set([...first.records, ...second.records].map((r) => `${r.topic} ${r.partition} ${r.offset}`));
    await pollUntil([first, second], progress, () => distinct().size >= 400);
    const kept = [...first.owned].sort((a, b) => a - b);
    t.deepEqual(kept, [0, 1]);
    t.deepEqual(
      first.events.filter((e) => e.startsWith('assigned')),
      ['assigned 0', 'assigned 1', 'assigned 2', 'assigned 3'],
    );
    t.deepEqual(
      [...new Set(second.records.map((r) => r.partition))].sort((a, b) => a - b),
      [2, 3],
    );
    t.deepEqual([...new Set(second.records.map((r) => r.topic))].sort(), [...topics].sort());

    await second.consumer?.close();
    await round('c');
    await pollUntil([first], progress, () => first.owned.size === 4 && distinct().size >= 600);
    const claims = first.events.filter((e) => e.startsWith('assigned'));
    t.deepEqual(claims.slice(4).sort(), ['assigned 2', 'assigned 3']);
    // Nothing was left out: of every partition all offsets were seen.
    t.is(distinct().size, 600);
    // What stayed came once and in order, through two rebalances.
    for (const topic of topics) {
      const own = first.records.filter((r) => r.topic === topic && r.partition === 0).map((r) => r.offset);
      t.deepEqual(
        own,
        Array.from({ length: 75 }, (_, i) => i),
      );
    }
  },
);

kafkaTest(
  'a paused member that nobody polls is still a member after its session would have ended',
  async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(1), 'a', 3));
    const reader = await openReader(t, log, { topics, sessionTimeoutMs: 6_000 });
    await reader.until(() => reader.records.length >= 3 && reader.owned.size === 4);
    for (const task of allTasks) reader.consumer?.pause(task);
    await sleep(9_000);
    for (const task of allTasks) reader.consumer?.resume(task);
    await producer.append(series(topics[0], keyIn(1), 'b', 2));
    await reader.until(() => reader.records.length >= 5);
    t.deepEqual(reader.values(), ['a0', 'a1', 'a2', 'b0', 'b1']);
    t.is(reader.events.length, 4);
  },
);

kafkaTest('records of aborted transactions are not read, and their gaps are passed', async (t) => {
  const kafka = await setUp(t);
  const log = kafka.open();
  const topics = await createTestTopics(log);
  const [topic] = topics;
  const transactional = kafka.raw.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: `${kafka.prefix}tx`,
    createPartitioner: () => () => 1,
  });
  await transactional.connect();
  t.teardown(() => transactional.disconnect());
  const write = async (value: string, end: 'commit' | 'abort') => {
    const transaction = await transactional.transaction();
    await transaction.send({
      topic: kafka.prefix + topic,
      messages: [
        { key: 'k', value: `${value}0` },
        { key: 'k', value: `${value}1` },
      ],
    });
    await transaction[end]();
  };
  await write('aborted-first', 'abort');
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.owned.size === 4);
  await write('a', 'commit');
  await write('aborted', 'abort');
  await write('aborted-again', 'abort');
  await write('b', 'commit');
  await reader.until(() => reader.records.length >= 4);
  // The tail is a marker that no record follows yet: the next one must come all the same.
  await write('aborted-last', 'abort');
  await reader.poll();
  await write('c', 'commit');
  await reader.until(() => reader.records.length >= 6);
  t.deepEqual(reader.values(), ['a0', 'a1', 'b0', 'b1', 'c0', 'c1']);
  // Two records and a marker each.
  t.deepEqual(
    reader.records.map((r) => r.offset),
    [3, 4, 12, 13, 18, 19],
  );
  // Markers at the end are no records that wait: the clock of this task need not stand still for them.
  await reader.until(() => reader.consumer?.caughtUpMs(1) !== null);
  t.is(reader.failures.size, 0);
});

kafkaTest('a position overtaken by the retention while it is read fails, the others go on', async (t) => {
  const kafka = await setUp(t);
  const log = kafka.open();
  const topics = await createTestTopics(log);
  const [topic] = topics;
  const producer = await log.producer();
  await producer.append(allTasks.flatMap((task) => series(topic, keyIn(task), 'a', 5)));
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.records.length >= 20);
  reader.consumer?.pause(1);
  await producer.append(allTasks.flatMap((task) => series(topic, keyIn(task), 'b', 5)));
  await reader.until(() => reader.records.length >= 35);
  await kafka.withAdmin(async (admin) => {
    // kafkajs deletes only where it has the topic's metadata already.
    await admin.fetchTopicOffsets(kafka.prefix + topic);
    await admin.deleteTopicRecords({
      topic: kafka.prefix + topic,
      partitions: [{ partition: 1, offset: '8' }],
    });
  });
  reader.consumer?.resume(1);
  await reader.until(() => reader.failures.size > 0);
  t.deepEqual([...reader.failures.keys()], [1]);
  t.like(reader.failures.get(1), { code: 'OFFSET_OUT_OF_RANGE', context: { offset: 5, low: 8 } });
  await producer.append(allTasks.flatMap((task) => series(topic, keyIn(task), 'c', 1)));
  await reader.until(() => reader.records.length >= 38);
  t.is(reader.records.filter((r) => r.partition === 1).length, 5);
});

for (const [news, length] of [
  ['is shorter than it was, stops loudly and is not read on', 2],
  // Made anew between two fetches, kafkajs meets no error: then it is noticed some seconds late.
  ['is longer than it was, stops loudly', 9],
] as const)
  kafkaTest(`a topic that was made anew while it is read, and ${news}`, async (t) => {
    const kafka = await setUp(t);
    const log = kafka.open();
    const topics = await createTestTopics(log);
    const [topic] = topics;
    const producer = await log.producer();
    await producer.append(series(topic, keyIn(1), 'old', 5));
    // As a worker stores it: kafkajs may join anew as another member, to whom the task is assigned again.
    const read = new Progress();
    let arrivedUntilMs = 0;
    const reader = await openReader(t, log, {
      topics,
      offsets: (task) => read.of(task, topics),
      arrivedUntilMs: () => arrivedUntilMs,
    });
    await reader.until(() => reader.records.length >= 5);
    read.note(reader.records);
    arrivedUntilMs = Math.max(...reader.records.map((r) => r.timestampMs));
    await kafka.withAdmin((admin) => admin.deleteTopics({ topics: [kafka.prefix + topic] }));
    await recreate(log, topic);
    await (await kafka.open().producer()).append(series(topic, keyIn(1), 'new', length));
    // Which of the two depends on whether kafkajs looked while the topic was away.
    const stopped = await reader.until(() => reader.failures.size > 0).catch((error: unknown) => error);
    t.like(stopped ?? reader.failures.get(1), {
      code: stopped === undefined ? 'OFFSET_OUT_OF_RANGE' : 'NOT_FOUND',
    });
    if (length < 5) t.false(reader.values().some((value) => value.startsWith('new')));
  });

kafkaTest(
  'a topic that was made anew while nobody read it, and is longer than it was, stops the task that read the old one',
  async (t) => {
    const kafka = await setUp(t);
    const log = kafka.open();
    const topics = await createTestTopics(log);
    const [topic] = topics;
    const producer = await log.producer();
    const inBoth = (name: string, count: number) =>
      [1, 2].flatMap((task) => series(topic, keyIn(task), name, count));
    await producer.append(inBoth('old', 5));
    const first = await openReader(t, log, { topics });
    await first.until(() => first.records.length >= 10);
    await first.consumer?.close();
    const untilMs = Math.max(...first.records.map((r) => r.timestampMs));
    const arrivedUntilMs = (): number => untilMs;
    const offsets = (task: number): Map<string, number> => new Map(task === 1 ? [[topic, 5]] : [[topic, 0]]);

    await producer.append(series(topic, keyIn(1), 'later', 2));
    const same = await openReader(t, log, { topics, offsets, arrivedUntilMs });
    await same.until(() => same.records.filter((r) => r.partition === 1).length >= 2);
    t.is(same.failures.size, 0);
    await same.consumer?.close();

    await kafka.withAdmin((admin) => admin.deleteTopics({ topics: [kafka.prefix + topic] }));
    await recreate(log, topic);
    await (await kafka.open().producer()).append(inBoth('new', 9));
    const second = await openReader(t, kafka.open(), { topics, offsets, arrivedUntilMs });
    await second.until(() => second.failures.size > 0 && second.records.length >= 9);
    t.deepEqual([...second.failures.keys()], [1]);
    t.like(second.failures.get(1), { code: 'OFFSET_OUT_OF_RANGE', context: { offset: 5, firstAfter: 0 } });
    // The task that had read nothing of it may begin.
    t.deepEqual([...new Set(second.records.map((r) => r.partition))], [2]);
  },
);

kafkaTest('a consumer whose topic is gone says so, instead of waiting for ever', async (t) => {
  const kafka = await setUp(t);
  const log = kafka.open();
  const topics = await createTestTopics(log);
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.owned.size === 4);
  await kafka.withAdmin((admin) => admin.deleteTopics({ topics: [kafka.prefix + topics[1]] }));
  await t.throwsAsync(
    reader.until(() => false),
    { code: 'NOT_FOUND' },
  );
  await reader.consumer?.close();
  t.is(reader.owned.size, 0);
});

kafkaTest('a buffer that nobody polls stops the fetching near its limit', async (t) => {
  const log = (await setUp(t)).open({ fetchBytesMax: 256 * 1024, compression: 'none' });
  const topics = await createTestTopics(log);
  const producer = await log.producer();
  const value = randomBytes(50_000);
  for (let i = 0; i < 20; i += 1) {
    await producer.append(allTasks.map((task) => ({ topic: topics[0], key: keyIn(task), value })));
  }
  const bufferBytesMax = 1024 * 1024;
  const reader = await openReader(t, log, { topics, bufferBytesMax });
  const { consumer } = reader;
  if (!(consumer instanceof KafkaConsumer)) return t.fail('another kind of consumer');
  const deadline = Date.now() + 30_000;
  while (consumer.bufferedBytes < bufferBytesMax && Date.now() < deadline) await sleep(20);
  await sleep(1_000);
  t.true(consumer.bufferedBytes >= bufferBytesMax);
  // One fetch more at most: a partition's share of it may be as large as a whole batch of records.
  t.true(consumer.bufferedBytes < bufferBytesMax + 4 * 1.25 * 1024 * 1024);
  t.true(consumer.bufferedBytes < 80 * value.length);
  await reader.until(() => reader.records.length >= 80);
  t.is(new Set(reader.records.map((r) => `${r.partition} ${r.offset}`)).size, 80);
});

kafkaTest(
  'a batch that would become too much when unpacked stops its task and says where, the others go on',
  async (t) => {
    const kafka = await setUp(t);
    const log = kafka.open();
    const topics = await createTestTopics(log);
    const [topic] = topics;
    const producer = await log.producer();
    await producer.append([1, 2].flatMap((task) => series(topic, keyIn(task), 'before', 2)));
    const writer = kafka.raw.producer();
    await writer.connect();
    t.teardown(() => writer.disconnect());
    await writer.send({
      topic: kafka.prefix + topic,
      compression: kafkajs.CompressionTypes.LZ4,
      messages: [{ partition: 1, value: Buffer.alloc(batchPlainBytesMax + 1) }],
    });
    await producer.append([1, 2].flatMap((task) => series(topic, keyIn(task), 'after', 2)));
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.failures.size > 0 && reader.records.length >= 6);
    t.deepEqual([...reader.failures.keys()], [1]);
    t.like(reader.failures.get(1), { code: 'DATA_INVALID', context: { firstOffset: 2, lastOffset: 2 } });
    t.deepEqual(
      reader.records.filter((r) => r.partition === 1).map((r) => r.offset),
      [0, 1],
    );
    const passing = await openReader(t, log, { topics, passes: true });
    await passing.until(() => passing.records.length >= 9);
    t.is(passing.failures.size, 0);
    t.deepEqual(
      passing.records.filter((r) => r.partition === 1).map((r) => [r.offset, r.passedFrom]),
      [
        [0, undefined],
        [1, undefined],
        [2, 2],
        [3, undefined],
        [4, undefined],
      ],
      'in one record, in its order',
    );
  },
);

for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
  kafkaTest(
    `what is appended with compression ${compression} is taken by the broker and read back`,
    async (t) => {
      const log = (await setUp(t)).open({ compression });
      const topics = await createTestTopics(log);
      const producer = await log.producer();
      const value = Buffer.alloc(200_000, 'presión 12.5 ');
      await producer.append([{ topic: topics[0], key: 'k', value }, record(topics[0], 'k', 'small')]);
      const reader = await openReader(t, log, { topics });
      await reader.until(() => reader.records.length >= 2);
      t.true(value.equals(reader.records[0]?.value ?? new Uint8Array(0)));
      t.is(reader.values()[1], 'small');
    },
  );
}

kafkaTest("a cell's prefix is part of the topic's name in Kafka and nowhere else", async (t) => {
  const kafka = await setUp(t);
  const log = kafka.open();
  const topics = await createTestTopics(log);
  const producer = await log.producer();
  const [result] = await producer.append([record(topics[0], 'k', 'v')]);
  t.is(result?.topic, topics[0]);
  const names = await kafka.withAdmin((admin) => admin.listTopics());
  t.true(names.includes(kafka.prefix + topics[0]));
  t.false(names.includes(topics[0]));
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.records.length >= 1);
  t.is(reader.records[0]?.topic, topics[0]);
  t.is(reader.batches[0]?.topic, topics[0]);
  const otherCell = kafka.open({ topicPrefix: `${kafka.prefix}other.` });
  await t.throwsAsync(otherCell.offsets(topics[0]), { code: 'NOT_FOUND' });
});

kafkaTest(
  'topics are made with the arrival at the broker as the time of a record, and with their retention',
  async (t) => {
    const kafka = await setUp(t);
    const log = kafka.open();
    const topic = `kept-${randomBytes(5).toString('hex')}`;
    await log.createTopics([{ topic, partitions: 2, replicationFactor: -1, retentionMs: 123_000 }]);
    const { resources } = await kafka.withAdmin((admin) =>
      admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: kafka.prefix + topic }] }),
    );
    const entries = Object.fromEntries(
      resources.flatMap((r) => r.configEntries).map((e) => [e.configName, e.configValue]),
    );
    t.is(entries['message.timestamp.type'], 'LogAppendTime');
    t.is(entries['retention.ms'], '123000');
  },
);

kafkaTest('topics that are not co-partitioned are refused before anything is read', async (t) => {
  const log = await open(t);
  const [topic] = await createTestTopics(log);
  const other = `other-${topic}`;
  await log.createTopics([{ topic: other, partitions: 3, replicationFactor: 1, retentionMs: null }]);
  await t.throwsAsync(openReader(t, log, { topics: [topic, other] }), {
    code: 'INCOMPATIBLE',
    message: /4 partitions.*3/,
  });
});

kafkaTest('brokers that are away are said to be so', async (t) => {
  const log = (await setUp(t)).open({ brokers: ['127.0.0.1:1'] });
  await t.throwsAsync(log.producer(), { code: 'LOG_UNAVAILABLE' });
});
