/** Appends traffic to real topics: at least once, in order a key, for as long as that takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Producer } from 'kafkajs';
import type { TrafficRecord } from '../truth/traffic.js';

const { Kafka, logLevel, Partitioners } = kafkajs;
const retryMs = 300;

export interface Feed {
  send(records: readonly TrafficRecord[]): Promise<void>;
  /** Appends them in a transaction that is then aborted: nobody may ever see them. */
  sendAborted(records: readonly TrafficRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** A send whose answer is lost is repeated, as the bridge does: then the log has its frames twice. */
export async function openFeed(brokers: readonly string[], prefix: string): Promise<Feed> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
  });
  const options = { allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner };
  const producer = kafka.producer(options);
  const transactional = kafka.producer({
    ...options,
    transactionalId: `${prefix}feed`,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  let transactionalOpen = false;
  await persist(() => producer.connect());
  return {
    send: (records) => persist(() => append(producer, prefix, records)),
    async sendAborted(records) {
      if (!transactionalOpen) await transactional.connect();
      transactionalOpen = true;
      const transaction = await transactional.transaction();
      try {
        await transaction.sendBatch({ topicMessages: byTopic(prefix, records) });
      } finally {
        await transaction.abort();
      }
    },
    async close() {
      await producer.disconnect();
      if (transactionalOpen) await transactional.disconnect();
    },
  };
}

async function append(producer: Producer, prefix: string, records: readonly TrafficRecord[]): Promise<void> {
  await producer.sendBatch({ acks: -1, topicMessages: byTopic(prefix, records) });
}

function byTopic(prefix: string, records: readonly TrafficRecord[]) {
  return [...new Set(records.map(({ topic }) => topic))].map((topic) => ({
    topic: prefix + topic,
    messages: records
      .filter((record) => record.topic === topic)
      .map(({ key, value }) => ({ key, value: Buffer.from(value) })),
  }));
}

const persistMsMax = 60_000;

async function persist(work: () => Promise<void>): Promise<void> {
  const deadlineMs = performance.now() + persistMsMax;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await sleep(retryMs);
    }
  }
}
