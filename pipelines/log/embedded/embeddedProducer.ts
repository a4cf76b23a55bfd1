/** Appends to the embedded log. */
import { BalancinError } from '#schemas/errors.js';
import { AppendQueue } from '../appendQueue.js';
import type { AppendRecord, AppendResult, LogProducer } from '../eventLog.js';
import { partitionOf } from '../partitioner.js';
import { appendRecords } from './appendRecords.js';
import { LogConnection } from './logConnection.js';
import { packRecords } from './packRecords.js';
import { readTopics, type TopicRow } from './readTopics.js';

/** One transaction. */
const groupBytesMax = 4 * 1024 * 1024;
const groupRecordsMax = 8_192;

/**
 * When the connection breaks while a transaction commits, the calls in it fail with LOG_UNAVAILABLE although their records
 * may be stored: appending again may store them twice, which is what a frame's identity is for.
 */
export class EmbeddedProducer implements LogProducer {
  readonly #connection: LogConnection;
  readonly #queue: AppendQueue;
  readonly #topics = new Map<string, TopicRow>();

  constructor(databaseUrl: string, queueBytesMax: number) {
    this.#connection = new LogConnection(databaseUrl, 'balancin log producer');
    const limits = { queueBytesMax, groupBytesMax, groupRecordsMax };
    this.#queue = new AppendQueue(limits, (records) => this.#send(records));
  }

  append(records: readonly AppendRecord[]): Promise<AppendResult[]> {
    return this.#queue.append(records);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#connection.close();
  }

  async #send(records: readonly AppendRecord[]): Promise<AppendResult[]> {
    try {
      await this.#learnTopics(records);
      const partitions = records.map(({ topic, key }) => partitionOf(key, this.#topic(topic).partitions));
      const packed = packRecords(
        records,
        records.map(({ topic }) => this.#topic(topic).topicId),
        partitions,
      );
      const offsets = await appendRecords(this.#connection, packed);
      return records.map(({ topic }, i) => ({
        topic,
        partition: partitions[i] ?? NaN,
        offset: offsets[i] ?? NaN,
      }));
    } catch (error) {
      // A topic may have been dropped and created anew: its id is looked up again.
      this.#topics.clear();
      throw error;
    }
  }

  async #learnTopics(records: readonly AppendRecord[]): Promise<void> {
    const unknown = new Set<string>();
    for (const { topic } of records) if (!this.#topics.has(topic)) unknown.add(topic);
    if (unknown.size === 0) return;
    for (const [topic, row] of await readTopics(this.#connection, [...unknown])) this.#topics.set(topic, row);
  }

  #topic(topic: string): TopicRow {
    const row = this.#topics.get(topic);
    if (row !== undefined) return row;
    throw new BalancinError('NOT_FOUND', `topic ${topic} is not in the log: create it first`, {
      context: { topic },
    });
  }
}
