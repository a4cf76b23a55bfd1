/** Reads topics from end to end with a plain consumer: committed records alone. */
import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import { registerCodecs } from '#pipelines/log/kafka/codecs.js';
import type { LoggedRecord } from '../truth/truth.js';

const { Kafka, logLevel } = kafkajs;

export interface ReadRecord extends LoggedRecord {
  readonly headers: Readonly<Record<string, string>>;
}

const readMsMax = 60_000;

/**
 * Every record of these topics that is there at the call, a partition in order of its offsets; topics by their names without
 * the prefix. Fails where that takes more than a minute.
 */
export async function readTopics(
  brokers: readonly string[],
  prefix: string,
  topics: readonly string[],
): Promise<ReadRecord[]> {
  registerCodecs();
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const left = await unreadPartitions(kafka, prefix, topics);
  const records: ReadRecord[] = [];
  if (left.size === 0) return records;
  const groupId = `truth.${randomBytes(6).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, retry: { retries: 10 } });
  let done: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const read = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const timer = setTimeout(() => {
    fail(new Error(`not read in time: ${[...left].map(([name, high]) => `${name} to ${high}`).join(', ')}`));
  }, readMsMax);
  const passed = (topic: string, partition: number, lastOffset: number): void => {
    const name = `${topic}/${partition}`;
    if (lastOffset + 1 >= (left.get(name) ?? 0)) left.delete(name);
    if (left.size === 0) done();
  };
  // Of aborted transactions and markers nothing else is heard.
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0 && payload.lastOffset !== null)
      passed(payload.topic, payload.partition, Number(payload.lastOffset));
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      async eachBatch({ batch }) {
        for (const message of batch.messages)
          records.push({
            topic: batch.topic.slice(prefix.length),
            partition: batch.partition,
            offset: Number(message.offset),
            timestampMs: Number(message.timestamp),
            key: message.key,
            value: message.value,
            headers: Object.fromEntries(
              Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
            ),
          });
        passed(batch.topic, batch.partition, Number(batch.lastOffset()));
      },
    });
    await read;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return inOrder(records);
}

/** `topic/partition` to one past its last offset, of those that are not empty. */
async function unreadPartitions(
  kafka: InstanceType<typeof Kafka>,
  prefix: string,
  topics: readonly string[],
): Promise<Map<string, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const left = new Map<string, number>();
    for (const topic of topics)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(prefix + topic))
        if (Number(high) > Number(low)) left.set(`${prefix}${topic}/${partition}`, Number(high));
    return left;
  } finally {
    await admin.disconnect();
  }
}

/** Read twice after a rebalance of its own: once is enough. */
function inOrder(records: readonly ReadRecord[]): ReadRecord[] {
  const sorted = [...records].sort(
    (a, b) => compare(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset,
  );
  return sorted.filter((record, i) => {
    const before = sorted[i - 1];
    return (
      before === undefined ||
      before.topic !== record.topic ||
      before.partition !== record.partition ||
      before.offset !== record.offset
    );
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
