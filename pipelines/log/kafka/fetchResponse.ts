/** Reads fetch responses in kafkajs's stead: its own way costs 2 µs a record, more than all that is then done with a small frame. */
import { createRequire } from 'node:module';
import { FetchedMessages } from './fetchedMessage.js';
import { magicOf, readRecordBatches, recordBatchMagic } from './recordBatch.js';

/*
 * kafkajs 2.2.4, pinned, looks its response up in a module's exports at each call: there ours is put. It asks brokers for
 * version 11 of Fetch, which every broker since 2.3 serves; with an older one its own way goes on.
 */
const require = createRequire(import.meta.url);

interface ResponseModule {
  decode: (bytes: Buffer) => Promise<unknown>;
}

interface PartitionData {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: unknown[];
}

const response = require('kafkajs/src/protocol/requests/fetch/v11/response.js') as ResponseModule;
const decodeOldMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: object,
) => Promise<unknown[]>;
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;

/** As kafkajs has it. */
export const kafkajsDecode = response.decode;

/** For every consumer of this thread. */
export function installFetchResponse(): void {
  response.decode = decodeFetchResponse;
}

/** Version 11. */
export async function decodeFetchResponse(bytes: Buffer): Promise<object> {
  const cursor = new Cursor(bytes);
  const clientSideThrottleTime = cursor.int32();
  const errorCode = cursor.int16();
  const sessionId = cursor.int32();
  const responses: object[] = [];
  for (let topics = cursor.int32(); topics > 0; topics--) {
    const topicName = cursor.string();
    const partitions: PartitionData[] = [];
    for (let n = cursor.int32(); n > 0; n--) partitions.push(await readPartition(cursor));
    responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function readPartition(cursor: Cursor): Promise<PartitionData> {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  const highWatermark = cursor.long();
  const lastStableOffset = cursor.long();
  const lastStartOffset = cursor.long();
  const abortedTransactions = [];
  for (let n = cursor.int32(); n > 0; n--) {
    abortedTransactions.push({ producerId: cursor.long(), firstOffset: cursor.long() });
  }
  const preferredReadReplica = cursor.int32();
  const messages = await readMessages(cursor);
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    abortedTransactions,
    preferredReadReplica,
    messages,
  };
}

async function readMessages(cursor: Cursor): Promise<unknown[]> {
  const from = cursor.at;
  const length = cursor.int32();
  if (length <= 0 || cursor.at + length > cursor.bytes.length) return [];
  const set = cursor.bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  // Written before Kafka 0.11: kafkajs knows how.
  if (magicOf(set, 0) !== recordBatchMagic) {
    return await decodeOldMessages(new Decoder(cursor.bytes.subarray(from, cursor.at)));
  }
  const messages = new FetchedMessages();
  await readRecordBatches(set, messages);
  return messages;
}

class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int16(): number {
    return this.bytes.readInt16BE((this.at += 2) - 2);
  }

  int32(): number {
    return this.bytes.readInt32BE((this.at += 4) - 4);
  }

  /** As text, which is what kafkajs goes on with. */
  long(): string {
    return this.bytes.readBigInt64BE((this.at += 8) - 8).toString();
  }

  string(): string {
    const length = this.int16();
    return this.bytes.toString('utf8', this.at, (this.at += Math.max(0, length)));
  }
}
