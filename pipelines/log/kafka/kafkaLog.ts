/** The event log in Kafka, through kafkajs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Consumer, Kafka, SASLOptions } from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import type { ConsumerHandlers, ConsumerOptions, EventLog, LogConsumer } from '../eventLog.js';
import { type LogWriter, silent } from '../logWriter.js';
import { type Compression, registerCodecs } from './codecs.js';
import { installFetchResponse } from './fetchResponse.js';
import { createKafkaClient, retry } from './kafkaClient.js';
import { KafkaConsumer } from './kafkaConsumer.js';
import { explainKafkaError } from './kafkaErrors.js';
import { KafkaProducer } from './kafkaProducer.js';
import { KafkaTopics } from './kafkaTopics.js';
import { createTaskAssigner } from './taskAssigner.js';

export interface KafkaLogOptions {
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** `true` for TLS with the system's authorities, or Node's own options (ca, cert, key). */
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  /** Put before every topic's name in Kafka, so that cells share a cluster. Callers never see it. */
  readonly topicPrefix?: string;
  /** Of what is appended; reading takes all of them. */
  readonly compression?: Compression;
  /** Taken by `append` and not yet durable, bytes a producer: beyond it `append` throws LIMIT_REACHED. */
  readonly queueBytesMax?: number;
  /**
   * One fetch from one broker, bytes as compressed. Memory while a fetch is unpacked is this × brokers × the ratio of
   * compression; a batch of records above it is fetched all the same.
   */
  readonly fetchBytesMax?: number;
  readonly log?: LogWriter;
}

const fetchBytesMaxDefault = 4 * 1024 * 1024;
/** Above the brokers' default for a batch (1 MiB), or the batches of later partitions would never fit beside others. */
const partitionBytesMax = 1.25 * 1024 * 1024;
const queueBytesMaxDefault = 64 * 1024 * 1024;
/** A fetch that finds nothing ends after this: how long a seek, a resume or a close waits for it. */
const fetchWaitMs = 100;

/** A member that kafkajs gave up begins anew after this, for as long as what stopped it may pass. */
const restartMs = 500;

/** Connects when first used. Reads committed records only. */
export function createKafkaLog(options: KafkaLogOptions): EventLog {
  const { topicPrefix: prefix = '', log = silent, queueBytesMax = queueBytesMaxDefault } = options;
  registerCodecs();
  installFetchResponse();
  const kafka = createKafkaClient({
    brokers: options.brokers,
    clientId: options.clientId ?? 'balancin',
    log,
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  });
  const topics = new KafkaTopics(kafka);
  const open = new Set<{ close(): Promise<void> }>();
  const cluster = {
    prefix,
    log,
    offsets: (topic: string) => topics.offsets(prefix + topic),
    firstAfter: (topic: string, partition: number, timestampMs: number) =>
      topics.firstAfter(prefix + topic, partition, timestampMs),
  };

  async function consumer(
    consumerOptions: ConsumerOptions,
    handlers: ConsumerHandlers,
  ): Promise<LogConsumer> {
    await requireSameCount(
      topics,
      consumerOptions.topics.map((topic) => prefix + topic),
    );
    const member = new KafkaConsumer(
      (holding) =>
        createMember(kafka, consumerOptions, {
          fetchBytesMax: options.fetchBytesMax ?? fetchBytesMaxDefault,
          holding,
          isClosed: () => member.isClosed,
        }),
      consumerOptions,
      handlers,
      { ...cluster, onClose: () => open.delete(member) },
    );
    open.add(member);
    try {
      await member.open();
    } catch (error) {
      await member.close();
      throw explainKafkaError(error, `to join the group ${consumerOptions.groupId}`);
    }
    return member;
  }

  return {
    createTopics: (specs) => topics.create(specs.map((spec) => ({ ...spec, topic: prefix + spec.topic }))),

    offsets: (topic) => topics.offsets(prefix + topic),

    async producer() {
      const connected = kafka.producer({
        allowAutoTopicCreation: false,
        idempotent: false,
        retry,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition ?? 0,
      });
      try {
        await connected.connect();
      } catch (error) {
        throw explainKafkaError(error, 'to open a producer');
      }
      const compression = options.compression ?? 'lz4';
      const producer = new KafkaProducer(connected, topics, { prefix, compression, queueBytesMax });
      open.add(producer);
      return producer;
    },

    consumer,

    async close() {
      const closing = [...open];
      open.clear();
      await Promise.all(closing.map((each) => each.close()));
      await topics.close();
    },
  };
}

function createMember(
  kafka: Kafka,
  { groupId, sessionTimeoutMs }: ConsumerOptions,
  options: {
    readonly fetchBytesMax: number;
    readonly holding: () => { tasks: readonly number[]; sinceMs: number };
    readonly isClosed: () => boolean;
  },
): Consumer {
  return kafka.consumer({
    groupId,
    partitionAssigners: [createTaskAssigner(options.holding)],
    sessionTimeout: sessionTimeoutMs,
    // Members answer a rebalance at once; one that does not is about to be evicted anyway.
    rebalanceTimeout: 2 * sessionTimeoutMs,
    heartbeatInterval: Math.min(Math.floor(sessionTimeoutMs / 5), 2_000),
    minBytes: 1,
    maxBytes: options.fetchBytesMax,
    maxBytesPerPartition: partitionBytesMax,
    maxWaitTimeInMs: fetchWaitMs,
    allowAutoTopicCreation: false,
    readUncommitted: false,
    retry: {
      ...retry,
      async restartOnFailure(error) {
        await sleep(restartMs);
        return !options.isClosed() && explainKafkaError(error, 'to consume').retry;
      },
    },
  });
}

/** A task owns its partition of every topic: with other counts keys would not meet. */
async function requireSameCount(topics: KafkaTopics, names: readonly string[]): Promise<void> {
  const counts = await topics.partitionsOf(names);
  const [first] = names;
  for (const name of names) {
    if (counts.get(name) === counts.get(first ?? name)) continue;
    throw new BalancinError(
      'INCOMPATIBLE',
      `topics are not co-partitioned: ${first} has ${counts.get(first ?? name)} partitions, ${name} ${counts.get(name)}`,
      { context: { topics: names } },
    );
  }
}
