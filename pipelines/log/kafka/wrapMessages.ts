/** kafkajs's messages as log records: once a record, so nothing is made that a record does not need. */
import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from '../eventLog.js';
import { recordSize } from '../recordSize.js';
import { FetchedMessage, type UnreadableBatch } from './fetchedMessage.js';

/** What a record holds beside its key, value and headers while it is buffered, bytes. */
const recordBytes = 200;

export interface WrappedMessages {
  readonly records: LogRecord[];
  readonly bytes: number;
}

export function wrapMessages(
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
): WrappedMessages {
  const { length } = messages;
  const records: LogRecord[] = [];
  const first = messages[0];
  const last = messages[length - 1];
  if (first === undefined || last === undefined) return { records, bytes: 0 };
  if (first instanceof FetchedMessage) {
    return nameFetched(topic, partition, messages as readonly unknown[] as FetchedMessage[]);
  }
  // From an old broker offsets and times come as text. Most batches have no gaps, so two conversions do for all offsets; with LogAppendTime
  // the records of a batch share one time.
  const firstOffset = Number(first.offset);
  const gapless = Number(last.offset) - firstOffset === length - 1;
  let timestampText = first.timestamp;
  let timestampMs = Number(timestampText);
  let bytes = recordBytes * length;
  for (let i = 0; i < length; i += 1) {
    const message = messages[i];
    if (message === undefined) continue;
    const { key, value } = message;
    if (message.timestamp !== timestampText) {
      timestampText = message.timestamp;
      timestampMs = Number(timestampText);
    }
    const record = {
      topic,
      partition,
      offset: gapless ? firstOffset + i : Number(message.offset),
      timestampMs,
      key,
      value,
      headers: message.headers === undefined ? null : wrapHeaders(message.headers),
    };
    bytes += recordSize(record);
    records.push(record);
  }
  return { records, bytes };
}

/** One that stands for all of the batch. */
export function wrapPassed(topic: string, partition: number, batch: UnreadableBatch): WrappedMessages {
  const { firstOffset: passedFrom, offset, timestampMs } = batch;
  return {
    records: [{ topic, partition, offset, timestampMs, key: null, value: null, headers: null, passedFrom }],
    bytes: recordBytes,
  };
}

/** They are records already, and only lack where they came from. */
function nameFetched(topic: string, partition: number, records: FetchedMessage[]): WrappedMessages {
  let bytes = recordBytes * records.length;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    record.topic = topic;
    record.partition = partition;
    bytes += recordSize(record);
  }
  return { records, bytes };
}

function wrapHeaders(
  headers: NonNullable<KafkaMessage['headers']>,
): Readonly<Record<string, Uint8Array>> | null {
  // kafkajs makes an object a record; an empty one costs no list of its keys.
  for (const _ in headers) return toBytes(headers);
  return null;
}

function toBytes(headers: NonNullable<KafkaMessage['headers']>): Readonly<Record<string, Uint8Array>> {
  const found: [string, Uint8Array][] = [];
  for (const [name, value] of Object.entries(headers)) {
    // A name given more than once: the last one counts, as with Kafka's `lastHeader`.
    const single = Array.isArray(value) ? value.at(-1) : value;
    if (single !== undefined) found.push([name, typeof single === 'string' ? Buffer.from(single) : single]);
  }
  return Object.fromEntries(found);
}
