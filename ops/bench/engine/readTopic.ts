/** A plain consumer, with nothing of the engine: every record that a topic holds now, once. */
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { randomBytes } from 'node:crypto';
import { registerCodecs } from '#pipelines/log/kafka/codecs.js';

const { Kafka, logLevel } = kafkajs;
const fetchBytesMax = 8 * 1024 * 1024;
const partitionBytesMax = 2 * 1024 * 1024;

export interface TopicReading {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly onMessages: (messages: readonly KafkaMessage[]) => void;
}

/** Resolves when the end of every partition, as it was at the start, has been read. */
export async function readTopic({ brokers, topic, onMessages }: TopicReading): Promise<void> {
  registerCodecs();
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const left = new Map<number, number>();
  for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
    if (Number(high) > Number(low)) left.set(partition, Number(high));
  }
  await admin.disconnect();
  const consumer = kafka.consumer({
    groupId: `bench-${randomBytes(6).toString('hex')}`,
    maxBytes: fetchBytesMax,
    maxBytesPerPartition: partitionBytesMax,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      if (left.size === 0) resolve();
      // What it starts again from by itself is no failure: a coordinator that is still loading.
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      void consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          onMessages(batch.messages);
          const high = left.get(batch.partition);
          if (high !== undefined && Number(batch.lastOffset()) + 1 >= high) left.delete(batch.partition);
          if (left.size === 0) resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
}
