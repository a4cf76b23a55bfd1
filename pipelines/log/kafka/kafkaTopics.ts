/** What the cluster says of topics: partition counts, offsets; and how a missing one is made. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import type { TopicSpec } from '../eventLog.js';
import { AskTurns } from './askTurns.js';
import { explainKafkaError } from './kafkaErrors.js';

export interface OffsetRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Room for a frame of the bridge's largest message inside a dead letter, which carries the original bytes and more
 * (Kafka's default is 1 MiB).
 */
const messageBytesMax = 4 * 1024 * 1024;

/** How often, and for how long at most, a new topic is asked for until all its leaders answer. */
const createdMs = 50;
const createdMsMax = 30_000;

/**
 * A question without an answer after so long is given up, and its client with it: one that is asked while a broker dies may
 * never be answered by kafkajs, and the task that asked would stand still with it.
 */
const answerMsMax = 20_000;
/**
 * Questions for a time under way at once, of those that each partition asks for itself when kafkajs joins anew: all at once
 * they would be late together on a slow cluster, which looks at every partition of the topic for each.
 */
const timeAsksMax = 4;

/** Names here are the cluster's own, prefix included. */
export class KafkaTopics {
  readonly #kafka: Kafka;
  readonly #answerMsMax: number;
  readonly #timeAsks: AskTurns;
  #client: Client;
  #closed = false;
  readonly #partitions = new Map<string, number>();
  readonly #asking = new Map<string, Promise<OffsetRange[]>>();
  readonly #askingNext = new Map<string, Promise<OffsetRange[]>>();

  constructor(kafka: Kafka, options: { readonly answerMsMax?: number; readonly timeAsksMax?: number } = {}) {
    this.#kafka = kafka;
    this.#answerMsMax = options.answerMsMax ?? answerMsMax;
    this.#timeAsks = new AskTurns(options.timeAsksMax ?? timeAsksMax);
    this.#client = newClient(kafka);
  }

  /** Creates what is missing; throws INCOMPATIBLE where one stands with another partition count. */
  async create(specs: readonly TopicSpec[]): Promise<void> {
    const created: string[] = [];
    await this.#call('to create topics', async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = specs.filter(({ topic }) => !existing.has(topic));
      if (missing.length > 0) {
        // Another process may create them meanwhile: then this says false, and the counts are looked at all the same.
        await admin.createTopics({ topics: missing.map(topicConfig), waitForLeaders: false });
        created.push(...missing.map(({ topic }) => topic));
      }
    });
    for (const topic of created) await this.#untilServed(topic);
    const found = await this.partitionsOf(specs.map(({ topic }) => topic));
    for (const { topic, partitions } of specs) {
      const count = found.get(topic) ?? 0;
      if (count === partitions) continue;
      throw new BalancinError(
        'INCOMPATIBLE',
        `topic ${topic} has ${count} partitions, not ${partitions}: the count is fixed when a cell is created`,
        { context: { topic, partitions: count, wanted: partitions } },
      );
    }
  }

  /** Partition counts by topic; throws NOT_FOUND for the first that is not there. Remembered: a count never changes. */
  async partitionsOf(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const unknown = [...new Set(topics)].filter((topic) => !this.#partitions.has(topic));
    if (unknown.length > 0) {
      await this.#call('for partition counts', async (admin) => {
        // Asked for first: for a topic that is not there kafkajs asks for its metadata again and again.
        const existing = new Set(await admin.listTopics());
        const missing = unknown.find((topic) => !existing.has(topic));
        if (missing !== undefined) {
          throw new BalancinError('NOT_FOUND', `topic ${missing} is not in Kafka: create it first`, {
            context: { topic: missing },
          });
        }
        const { topics: found } = await admin.fetchTopicMetadata({ topics: unknown });
        for (const { name, partitions } of found) this.#partitions.set(name, partitions.length);
      });
    }
    return this.#partitions;
  }

  /** A topic may have been deleted or made anew. */
  forget(): void {
    this.#partitions.clear();
  }

  /**
   * Offsets of every partition, asked for after the call: callers that come while a question is under way share the next
   * one, since an answer from before could lack what they know to be there.
   */
  offsets(topic: string): Promise<OffsetRange[]> {
    const asking = this.#asking.get(topic);
    if (asking === undefined) return this.#ask(topic);
    let next = this.#askingNext.get(topic);
    if (next === undefined) {
      next = asking
        .catch(() => [])
        .then(() => {
          this.#askingNext.delete(topic);
          return this.#ask(topic);
        });
      this.#askingNext.set(topic, next);
    }
    return next;
  }

  /** First offset of a partition with a record later than `timestampMs`; one past its last where there is none. */
  async firstAfter(topic: string, partition: number, timestampMs: number): Promise<number> {
    // Patience is counted from its turn on: the wait for that is no fault of the client.
    const found = await this.#timeAsks.run(() =>
      this.#call(`for the first record of ${topic} after a time`, (admin) =>
        admin.fetchTopicOffsetsByTimestamp(topic, timestampMs + 1),
      ),
    );
    const offset = found.find((each) => each.partition === partition)?.offset;
    if (offset !== undefined) return Number(offset);
    throw new BalancinError('LOG_UNAVAILABLE', `Kafka did not say where ${topic}/${partition} goes on`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.connecting?.catch(() => {});
    this.#retire(this.#client);
    await this.#client.admin.disconnect();
  }

  /**
   * Brokers learn of a topic one after another, and leaders are named before they serve: an append that met one of them
   * half ready would be repeated as a whole.
   */
  async #untilServed(topic: string): Promise<void> {
    const deadline = Date.now() + createdMsMax;
    for (;;) {
      try {
        await this.offsets(topic);
        return;
      } catch (error) {
        const waiting = error instanceof BalancinError && (error.retry || error.code === 'NOT_FOUND');
        if (!waiting || Date.now() > deadline) throw error;
        await sleep(createdMs);
      }
    }
  }

  #ask(topic: string): Promise<OffsetRange[]> {
    const asking = this.#fetchOffsets(topic).finally(() => {
      this.#asking.delete(topic);
    });
    this.#asking.set(topic, asking);
    return asking;
  }

  async #fetchOffsets(topic: string): Promise<OffsetRange[]> {
    const count = (await this.partitionsOf([topic])).get(topic) ?? 0;
    const found = await this.#call(`for offsets of ${topic}`, (admin) => admin.fetchTopicOffsets(topic));
    const ranges = Array.from({ length: count }, (): OffsetRange => ({ low: 0, high: 0 }));
    for (const { partition, low, high } of found) {
      ranges[partition] = { low: Number(low), high: Number(high) };
    }
    return ranges;
  }

  async #call<T>(doing: string, call: (admin: Admin) => Promise<T>): Promise<T> {
    // A question that was queued would open a connection again, which nobody would close.
    if (this.#closed) throw new BalancinError('LOG_UNAVAILABLE', `asked ${doing} after the log was closed`);
    const client = this.#client;
    const patience = new AbortController();
    // It ends in any case: a client that is given up is closed when all of its questions have ended.
    const answer = Promise.race([ask(client, call), this.#patience(doing, patience.signal)]);
    client.calls.add(answer);
    try {
      return await answer;
    } catch (error) {
      const reason = explainKafkaError(error, doing);
      if (startOverAt.has(reason.context['kafka'])) this.#startOver(client);
      throw reason;
    } finally {
      patience.abort();
      client.calls.delete(answer);
    }
  }

  async #patience(doing: string, signal: AbortSignal): Promise<never> {
    await sleep(this.#answerMsMax, undefined, { signal, ref: false });
    throw new BalancinError('LOG_UNAVAILABLE', `Kafka did not answer ${doing} in ${this.#answerMsMax} ms`, {
      context: { doing, kafka: 'silent' },
    });
  }

  /** kafkajs asks for every topic it has met each time, and fails for ever once one of them was deleted. */
  #startOver(failed: Client): void {
    this.forget();
    // Several questions fail together: the first of them has begun anew already.
    if (this.#closed || this.#client !== failed) return;
    this.#client = newClient(this.#kafka);
    this.#retire(failed);
  }

  /** A question that kafkajs tries again opens a connection even after the client was closed: closed once all have ended. */
  #retire({ admin, calls }: Client): void {
    void Promise.allSettled(calls)
      .then(() => admin.disconnect())
      .catch(() => {});
  }
}

/** Why a client is of no more use. */
const startOverAt: ReadonlySet<unknown> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'silent']);

/** kafkajs's own, with what is being asked of it. */
interface Client {
  readonly admin: Admin;
  connecting: Promise<void> | null;
  readonly calls: Set<Promise<unknown>>;
}

function newClient(kafka: Kafka): Client {
  return { admin: kafka.admin(), connecting: null, calls: new Set() };
}

async function ask<T>(client: Client, call: (admin: Admin) => Promise<T>): Promise<T> {
  client.connecting ??= client.admin.connect().catch((error: unknown) => {
    // The next call connects anew; a connection lost later kafkajs opens again by itself.
    client.connecting = null;
    throw error;
  });
  await client.connecting;
  return await call(client.admin);
}

function topicConfig({ topic, partitions, replicationFactor, retentionMs }: TopicSpec) {
  const configEntries = [
    // A record's arrival is the broker's clock, the same on every replay.
    { name: 'message.timestamp.type', value: 'LogAppendTime' },
    { name: 'max.message.bytes', value: String(messageBytesMax) },
  ];
  if (retentionMs !== null) configEntries.push({ name: 'retention.ms', value: String(retentionMs) });
  return { topic, numPartitions: partitions, replicationFactor, configEntries };
}
