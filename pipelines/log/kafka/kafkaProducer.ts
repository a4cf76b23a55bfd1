/** Appends to Kafka with acks from all in-sync replicas. */
import type { Message, Producer } from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import { AppendQueue } from '../appendQueue.js';
import type { AppendRecord, AppendResult, LogProducer } from '../eventLog.js';
import { partitionOf } from '../partitioner.js';
import { type Compression, compressionTypes } from './codecs.js';
import { explainKafkaError } from './kafkaErrors.js';
import type { KafkaTopics } from './kafkaTopics.js';

/** One send over all partitions. */
const groupBytesMax = 8 * 1024 * 1024;
const groupRecordsMax = 10_000;
/** kafkajs makes one batch a partition and send, and brokers refuse one above their limit (1 MiB unless changed). */
const batchBytesMax = 900 * 1024;
/** Lengths, attributes and deltas of a record. */
const recordBytes = 64;

/** Records of one send, by topic and partition: their places among the records given. */
type Round = Map<string, Map<number, number[]>>;

/**
 * Not idempotent, and one send at a time: that keeps a key's order through kafkajs's own retries. A send whose answer is
 * lost is repeated, so a record may be there twice, which is what a frame's identity is for.
 */
export class KafkaProducer implements LogProducer {
  readonly #producer: Producer;
  readonly #topics: KafkaTopics;
  readonly #queue: AppendQueue;
  readonly #prefix: string;
  readonly #compression: Compression;

  /** `producer` is connected, and puts a message where its `partition` says. */
  constructor(
    producer: Producer,
    topics: KafkaTopics,
    options: { readonly prefix: string; readonly compression: Compression; readonly queueBytesMax: number },
  ) {
    this.#producer = producer;
    this.#topics = topics;
    this.#prefix = options.prefix;
    this.#compression = options.compression;
    const limits = { queueBytesMax: options.queueBytesMax, groupBytesMax, groupRecordsMax };
    this.#queue = new AppendQueue(limits, (records) => this.#send(records));
  }

  append(records: readonly AppendRecord[]): Promise<AppendResult[]> {
    return this.#queue.append(records);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#producer.disconnect();
  }

  async #send(records: readonly AppendRecord[]): Promise<AppendResult[]> {
    try {
      const counts = await this.#topics.partitionsOf(records.map(({ topic }) => this.#prefix + topic));
      const partitions = records.map(({ topic, key }) =>
        partitionOf(key, counts.get(this.#prefix + topic) ?? 1),
      );
      const results: AppendResult[] = [];
      for (const round of splitRounds(records, partitions)) await this.#sendRound(records, round, results);
      return results;
    } catch (error) {
      this.#topics.forget();
      throw explainKafkaError(error, 'to append');
    }
  }

  async #sendRound(records: readonly AppendRecord[], round: Round, results: AppendResult[]): Promise<void> {
    const topicMessages = [...round].map(([topic, byPartition]) => ({
      topic: this.#prefix + topic,
      messages: [...byPartition].flatMap(([partition, places]) =>
        places.map((place) => toMessage(records[place], partition)),
      ),
    }));
    const answers = await this.#producer.sendBatch({
      topicMessages,
      acks: -1,
      compression: compressionTypes[this.#compression],
    });
    for (const { topicName, partition, baseOffset } of answers) {
      const topic = topicName.slice(this.#prefix.length);
      const places = round.get(topic)?.get(partition) ?? [];
      for (const [rank, place] of places.entries()) {
        results[place] = { topic, partition, offset: Number(baseOffset) + rank };
      }
    }
  }
}

/** As few sends as keep every partition's batch within the limit, each partition's records in order. */
function splitRounds(records: readonly AppendRecord[], partitions: readonly number[]): Round[] {
  const rounds: Round[] = [];
  const filled = new Map<string, { round: number; bytes: number }>();
  for (const [place, record] of records.entries()) {
    const partition = partitions[place] ?? 0;
    const bytes = recordBytes + record.key.length + (record.value?.length ?? 0);
    const name = `${record.topic}/${partition}`;
    const at = filled.get(name) ?? { round: 0, bytes: 0 };
    if (at.bytes > 0 && at.bytes + bytes > batchBytesMax) {
      at.round += 1;
      at.bytes = 0;
    }
    at.bytes += bytes;
    filled.set(name, at);
    const round = (rounds[at.round] ??= new Map());
    const ofTopic = round.get(record.topic) ?? new Map<number, number[]>();
    round.set(record.topic, ofTopic);
    const places = ofTopic.get(partition) ?? [];
    ofTopic.set(partition, places);
    places.push(place);
  }
  return rounds;
}

function toMessage(record: AppendRecord | undefined, partition: number): Message {
  if (record === undefined) throw new BalancinError('BUG', 'a record was lost on its way to Kafka');
  const { key, value, headers } = record;
  const message: Message = {
    key: typeof key === 'string' ? key : viewOf(key),
    value: value === null ? null : viewOf(value),
    partition,
  };
  if (headers !== undefined) {
    message.headers = Object.fromEntries(
      Object.entries(headers).map(([name, bytes]) => [name, viewOf(bytes)]),
    );
  }
  return message;
}

/** kafkajs takes Buffers: the same bytes, not copied. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
