/** Reads fetch responses in kafkajs's stead: its own way costs 2 µs a record, more than all that is then done with a small frame. */
import { createRequire } from 'node:module';
import { FetchedMessages } from './fetchedMessage.js';
import { magicOf, type PlainBudget, readRecordBatches, recordBatchMagic } from './recordBatch.js';

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
  messages: unknown[];
}

const response = require('kafkajs/src/protocol/requests/fetch/v11/response.js') as ResponseModule;
const decodeOldMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: object,
) => Promise<unknown[]>;
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;

/**
 * What all that came with one answer may become when it is unpacked, bytes: some times a usual fetch. Batches beyond it stay
 * packed and are fetched again, so that memory does not grow with the ratio of compression.
 */
const fetchPlainBytesMax = 32 * 1024 * 1024;
/** Which partition is unpacked first: another one each time, or those behind a large one would never be. */
let turn = 0;

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
  const sets: [PartitionData, Buffer][] = [];
  for (let topics = cursor.int32(); topics > 0; topics--) {
    const topicName = cursor.string();
    const partitions: PartitionData[] = [];
    for (let n = cursor.int32(); n > 0; n--) partitions.push(readPartition(cursor, sets));
    responses.push({ topicName, partitions });
  }
  const budget = { bytes: fetchPlainBytesMax };
  const first = sets.length === 0 ? 0 : turn++ % sets.length;
  for (let i = 0; i < sets.length && budget.bytes > 0; i++) {
    const [partition, set] = sets[(first + i) % sets.length] as [PartitionData, Buffer];
    partition.messages = await readMessages(set, budget);
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(cursor: Cursor, sets: [PartitionData, Buffer][]): PartitionData {
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
  const data: PartitionData = {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    abortedTransactions,
    preferredReadReplica,
    messages: [],
  };
  const from = cursor.at;
  const length = cursor.int32();
  if (length <= 0 || cursor.at + length > cursor.bytes.length) return data;
  cursor.at += length;
  sets.push([data, cursor.bytes.subarray(from, cursor.at)]);
  return data;
}

/** `set` begins with its length. */
async function readMessages(set: Buffer, budget: PlainBudget): Promise<unknown[]> {
  const batches = set.subarray(4);
  // Written before Kafka 0.11: kafkajs knows how.
  if (magicOf(batches, 0) !== recordBatchMagic) return await decodeOldMessages(new Decoder(set));
  const messages = new FetchedMessages();
  await readRecordBatches(batches, messages, budget);
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
