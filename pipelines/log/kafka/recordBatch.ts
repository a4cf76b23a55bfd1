/** Reads Kafka's record batches (magic 2) from a fetched buffer: one object and at most one view a record. */
import kafkajs from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import {
  type BatchContext,
  FetchedMessage,
  type FetchedMessages,
  UnreadableBatch,
} from './fetchedMessage.js';

/** Offset and length stand before what the length counts. */
const prefixBytes = 12;
const magicAt = 16;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const firstTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;
const recordCountAt = 57;
const recordsAt = 61;

const codecMask = 0x07;
const logAppendTime = 0x08;
const inTransactionFlag = 0x10;
const controlFlag = 0x20;

interface Codec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

export const recordBatchMagic = 2;

/** Of the batch that begins at `at`; -1 where not even that much is there. */
export function magicOf(bytes: Buffer, at: number): number {
  return at + magicAt < bytes.length ? bytes.readInt8(at + magicAt) : -1;
}

/** What batches of one fetch may still become when they are unpacked, bytes: the one that passes it is the last. */
export interface PlainBudget {
  bytes: number;
}

/**
 * Appends the records of all whole batches in `bytes`, for as long as the budget lasts. The last one may be cut off: it comes
 * again with the next fetch, as do those that were not unpacked.
 */
export async function readRecordBatches(
  bytes: Buffer,
  into: FetchedMessages,
  budget: PlainBudget = { bytes: Number.POSITIVE_INFINITY },
): Promise<void> {
  let at = 0;
  while (at + recordsAt <= bytes.length && budget.bytes > 0) {
    const end = at + prefixBytes + bytes.readInt32BE(at + 8);
    if (end > bytes.length) return;
    if (end < at + recordsAt) throw damaged(readLong(bytes, at));
    const attributes = bytes.readInt16BE(at + attributesAt);
    const batch: OpenBatch = {
      firstOffset: readLong(bytes, at),
      lastOffsetDelta: bytes.readInt32BE(at + lastOffsetDeltaAt),
      firstTimestampMs: readLong(bytes, at + firstTimestampAt),
      appendTimeMs: (attributes & logAppendTime) === 0 ? null : readLong(bytes, at + maxTimestampAt),
      context: {
        producerId: bytes.readBigInt64BE(at + producerIdAt).toString(),
        inTransaction: (attributes & inTransactionFlag) !== 0,
        isControl: (attributes & controlFlag) !== 0,
      },
    };
    if (batch.context.isControl || batch.context.inTransaction) into.transactional = true;
    const count = bytes.readInt32BE(at + recordCountAt);
    const codec = attributes & codecMask;
    const body = bytes.subarray(at + recordsAt, end);
    const before = into.length;
    let plain = body;
    try {
      if (codec !== 0) plain = await codecOf(codec).decompress(body);
      readRecords(plain, count, batch, into);
    } catch (error) {
      into.length = before;
      // What is before it is read first; fetched from here on, it stands alone.
      if (before === 0) into.push(unreadable(batch, readLong(bytes, at + maxTimestampAt), error));
      return;
    }
    budget.bytes -= plain.length;
    at = end;
  }
}

interface OpenBatch {
  readonly firstOffset: number;
  readonly lastOffsetDelta: number;
  readonly firstTimestampMs: number;
  /** With LogAppendTime all records have one time. */
  readonly appendTimeMs: number | null;
  readonly context: BatchContext;
}

/** The same at each attempt: the log keeps what was written, and TCP what was sent. */
function unreadable(batch: OpenBatch, arrivedMs: number, error: unknown): UnreadableBatch {
  const { firstOffset, lastOffsetDelta } = batch;
  const why = error instanceof Error ? error.message : String(error);
  return new UnreadableBatch(firstOffset, firstOffset + lastOffsetDelta, arrivedMs, why);
}

function codecOf(type: number): Codec {
  const make = kafkajs.CompressionCodecs[type as keyof typeof kafkajs.CompressionCodecs] as
    | (() => Codec)
    | undefined;
  if (make !== undefined) return make();
  throw new BalancinError('DATA_INVALID', `a batch is compressed in a way that is not known: ${type}`);
}

/** Below 2^53 by what they count. */
function readLong(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

/** Where the last `varint` ended. */
let position = 0;

/** Zigzag, up to 10 bytes; exact below 2^53. */
function varint(bytes: Uint8Array, at: number): number {
  let byte = bytes[at++]!;
  if (byte < 0x80) {
    position = at;
    return (byte >>> 1) ^ -(byte & 1);
  }
  let value = byte & 0x7f;
  for (let unit = 128; byte >= 0x80; unit *= 128) {
    byte = bytes[at++]!;
    value += (byte & 0x7f) * unit;
  }
  position = at;
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readRecords(bytes: Buffer, count: number, batch: OpenBatch, into: FetchedMessages): void {
  const { firstOffset, firstTimestampMs, appendTimeMs, context } = batch;
  let at = 0;
  let lastKey: Buffer | null = null;
  for (let i = 0; i < count; i++) {
    const length = varint(bytes, at);
    const end = position + length;
    if (!(length > 0 && end <= bytes.length)) throw damaged(firstOffset);
    // One byte of attributes that nothing uses.
    const timestampDelta = varint(bytes, position + 1);
    const offsetDelta = varint(bytes, position);
    const keyLength = varint(bytes, position);
    let key: Buffer | null = null;
    if (keyLength >= 0) {
      key = sameBytes(lastKey, bytes, position, keyLength)
        ? lastKey
        : bytes.subarray(position, position + keyLength);
      lastKey = key;
      position += keyLength;
    }
    const valueLength = varint(bytes, position);
    const valueFrom = position;
    const valueTo = valueLength > 0 ? valueFrom + valueLength : valueFrom;
    const headerCount = varint(bytes, valueTo);
    const headers = headerCount > 0 ? readHeaders(bytes, headerCount) : null;
    if (position !== end) throw damaged(firstOffset);
    const timestampMs = appendTimeMs ?? firstTimestampMs + timestampDelta;
    into.push(
      new FetchedMessage(
        firstOffset + offsetDelta,
        timestampMs,
        key,
        valueLength < 0 ? null : bytes,
        valueFrom,
        valueTo,
        headers,
        context,
      ),
    );
    at = end;
  }
}

/** Records of one site mostly follow each other: they share the view of their key. */
function sameBytes(known: Buffer | null, bytes: Buffer, at: number, length: number): boolean {
  if (known?.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[at + i]) return false;
  return true;
}

/** Of a name that comes more than once the last one counts, as with Kafka's `lastHeader`. Null: there is none with a value. */
function readHeaders(bytes: Buffer, count: number): Record<string, Uint8Array> | null {
  let headers: Record<string, Uint8Array> | null = null;
  for (let i = 0; i < count; i++) {
    const nameLength = varint(bytes, position);
    const name = bytes.toString('utf8', position, (position += nameLength));
    const length = varint(bytes, position);
    if (length < 0) continue;
    headers ??= Object.create(null) as Record<string, Uint8Array>;
    headers[name] = bytes.subarray(position, (position += length));
  }
  return headers;
}

function damaged(firstOffset: number): BalancinError {
  return new BalancinError('LOG_UNAVAILABLE', `the batch of records at offset ${firstOffset} is damaged`);
}
