/** Laws of our reading of fetch responses: what kafkajs reads from the same bytes, and nothing beyond them. */
import test from 'ava';
import * as fc from 'fast-check';
import { createRequire } from 'node:module';
import { batchPlainBytesMax, registerCodecs } from './codecs.js';
import { FetchedMessages, type FetchedMessage, UnreadableBatch } from './fetchedMessage.js';
import { decodeFetchResponse, kafkajsDecode } from './fetchResponse.js';
import { readRecordBatches } from './recordBatch.js';

registerCodecs();

interface Encoder {
  readonly buffer: Buffer;
  writeInt16(n: number): Encoder;
  writeInt32(n: number): Encoder;
  writeInt64(n: number | bigint): Encoder;
  writeString(s: string): Encoder;
}
type MakeRecord = (record: object) => Encoder;
type MakeBatch = (batch: object) => Promise<Encoder>;

const require = createRequire(import.meta.url);
const protocol = 'kafkajs/src/protocol';
const EncoderClass = require(`${protocol}/encoder.js`) as new () => Encoder;
const makeRecord = require(`${protocol}/recordBatch/record/v0/index.js`) as MakeRecord;
const { RecordBatch: makeBatch } = require(`${protocol}/recordBatch/v0/index.js`) as {
  RecordBatch: MakeBatch;
};

interface Batch {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly compression: number;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly appendTime: boolean;
  readonly records: readonly {
    readonly timestampDelta: number;
    readonly offsetDelta: number;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

async function encodeBatch(batch: Batch): Promise<Buffer> {
  const encoded = await makeBatch({
    ...batch,
    maxTimestamp: batch.firstTimestamp + 77,
    lastOffsetDelta: batch.records.length,
    producerId: 9,
    records: batch.records.map((record) => makeRecord(record)),
  });
  const bytes = Buffer.from(encoded.buffer);
  const attributes = bytes.readInt16BE(21) | (batch.control ? 0x20 : 0) | (batch.appendTime ? 0x08 : 0);
  bytes.writeInt16BE(attributes, 21);
  return bytes;
}

function encodeResponse(partitions: readonly Buffer[]): Buffer {
  const head = new EncoderClass()
    .writeInt32(3)
    .writeInt16(0)
    .writeInt32(5)
    .writeInt32(1)
    .writeString('tópico');
  const parts = [head.writeInt32(partitions.length).buffer];
  for (const [partition, set] of partitions.entries()) {
    const before = new EncoderClass()
      .writeInt32(partition)
      .writeInt16(0)
      .writeInt64(2n ** 40n);
    before.writeInt64(70).writeInt64(-1).writeInt32(1).writeInt64(9).writeInt64(12).writeInt32(-1);
    parts.push(before.writeInt32(set.length).buffer, set);
  }
  return Buffer.concat(parts);
}

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)));
const batches = fc.array(
  fc.record({
    firstOffset: fc.integer({ min: 0, max: 2 ** 50 }),
    firstTimestamp: fc.integer({ min: 0, max: 2 ** 42 }),
    compression: fc.constantFrom(0, 0, 1, 3),
    transactional: fc.boolean(),
    control: fc.boolean(),
    appendTime: fc.boolean(),
    records: fc.array(
      fc.record({
        timestampDelta: fc.integer({ min: -5, max: 2 ** 30 }),
        offsetDelta: fc.integer({ min: 0, max: 2 ** 24 }),
        key: bytes,
        value: bytes,
        headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.string({ maxLength: 9 }), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  { maxLength: 4 },
);

interface Response {
  readonly responses: readonly {
    readonly partitions: readonly { readonly messages: readonly Message[] }[];
  }[];
}
type Message = Pick<
  FetchedMessage,
  'offset' | 'timestamp' | 'key' | 'value' | 'headers' | 'isControlRecord' | 'batchContext'
>;

/** What both say, as far as anything looks at it. */
function plain(response: unknown): unknown {
  const { responses, ...rest } = response as Response;
  return {
    ...rest,
    responses: responses.map(({ partitions, ...topic }) => ({
      ...topic,
      partitions: partitions.map(({ messages, ...partition }) => ({
        ...partition,
        messages: Array.from(messages, (message) => ({
          offset: String(message.offset),
          timestamp: message.timestamp,
          key: message.key,
          value: message.value,
          headers: Object.fromEntries(Object.entries(message.headers ?? {})),
          isControlRecord: message.isControlRecord,
          producerId: message.batchContext.producerId,
          inTransaction: message.batchContext.inTransaction,
        })),
      })),
    })),
  };
}

test('a response is read as kafkajs reads it: whole batches, cut off ones, compressed, with headers, markers and gaps', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(batches, { maxLength: 3 }), fc.nat(40), async (partitions, cut) => {
      const sets = await Promise.all(
        partitions.map(async (set) => {
          const whole = Buffer.concat(await Promise.all(set.map(encodeBatch)));
          return whole.subarray(0, Math.max(0, whole.length - cut));
        }),
      );
      const response = encodeResponse(sets);
      t.deepEqual(plain(await decodeFetchResponse(response)), plain(await kafkajsDecode(response)));
    }),
    { numRuns: 150 },
  );
});

const oneRecord = {
  timestampDelta: 1,
  offsetDelta: 0,
  key: Buffer.from('a/b'),
  value: Buffer.from([1, 2]),
  headers: {},
};
const oneBatch: Batch = {
  firstOffset: 10,
  firstTimestamp: 1_000,
  compression: 0,
  transactional: false,
  control: false,
  appendTime: false,
  records: [oneRecord, { ...oneRecord, offsetDelta: 1 }, { ...oneRecord, offsetDelta: 2 }],
};

test('a batch of any byte spoilt is read no further than it goes, one without a length is refused', async (t) => {
  const good = await encodeBatch(oneBatch);
  for (let at = 61; at < good.length; at++) {
    const bad = Buffer.from(good);
    bad[at] = 0xff;
    const messages = new FetchedMessages();
    await readRecordBatches(bad, messages);
    t.true(messages.length <= 3);
  }
  const noLength = Buffer.from(good);
  noLength.writeInt32BE(0, 8);
  await t.throwsAsync(readRecordBatches(noLength, new FetchedMessages()), { code: 'LOG_UNAVAILABLE' });
});

async function read(batch: Batch): Promise<FetchedMessages> {
  const messages = new FetchedMessages();
  await readRecordBatches(await encodeBatch(batch), messages);
  return messages;
}

test('without transactions a filter that keeps the first record is asked no more; with them it is asked for all', async (t) => {
  let asked = 0;
  const keep = (): boolean => ++asked > 0;
  const messages = await read(oneBatch);
  t.is(messages.filter(keep).length, 3);
  t.is(asked, 1);
  t.is((await read({ ...oneBatch, transactional: true })).filter(keep).length, 3);
  t.is(asked, 4);
  t.deepEqual(
    messages.filter(({ offset }) => offset >= 11).map(({ offset }) => offset),
    [11, 12],
  );
});

test('records that follow each other with the same key share its memory', async (t) => {
  const [first, second] = await read(oneBatch);
  t.is(first?.key, second?.key);
  const [other, next] = await read({
    ...oneBatch,
    records: [oneRecord, { ...oneRecord, offsetDelta: 1, key: Buffer.from('a/c') }],
  });
  t.is(other?.key?.toString(), 'a/b');
  t.is(next?.key?.toString(), 'a/c');
});

test('an answer of which little becomes much is unpacked as far as memory goes, another partition first each time', async (t) => {
  const partitions = 6;
  const valueBytes = 20 * 1024 * 1024;
  const value = Buffer.alloc(valueBytes);
  const record = { timestampDelta: 0, offsetDelta: 0, key: null, value, headers: {} };
  const batch = { firstTimestamp: 1, compression: 3, transactional: false, control: false, appendTime: true };
  const set = await encodeBatch({ ...batch, firstOffset: 7, records: [record] });
  const packed = encodeResponse(Array.from({ length: partitions }, () => set));
  t.true(partitions * valueBytes > 100 * packed.length);
  const read = new Set<number>();
  for (let answer = 0; answer < partitions; answer++) {
    const { responses } = (await decodeFetchResponse(packed)) as Response;
    const whole = [...(responses[0]?.partitions ?? []).entries()].filter(([, p]) => p.messages.length > 0);
    // The one that passes 32 MiB is the last.
    t.is(whole.length, 2);
    for (const [partition] of whole) read.add(partition);
  }
  t.is(read.size, partitions);
});

test('a batch that would become too much stands alone, marked, and what is before it is read first', async (t) => {
  const record = { timestampDelta: 0, offsetDelta: 0, key: null, value: Buffer.from('x'), headers: {} };
  const batch = { firstTimestamp: 1, compression: 3, transactional: false, control: false, appendTime: true };
  const small = await encodeBatch({ ...batch, firstOffset: 3, records: [record] });
  const bomb = await encodeBatch({
    ...batch,
    firstOffset: 4,
    records: [{ ...record, value: Buffer.alloc(batchPlainBytesMax + 1) }],
  });
  const first = new FetchedMessages();
  await readRecordBatches(Buffer.concat([small, bomb, small]), first);
  t.deepEqual(
    first.map((m) => m.offset),
    [3],
  );
  const second = new FetchedMessages();
  await readRecordBatches(Buffer.concat([bomb, small]), second);
  t.is(second.length, 1);
  t.true(second[0] instanceof UnreadableBatch);
  t.like(second[0], { firstOffset: 4 });
});

test('a batch that is damaged, or compressed in a way that nobody knows, stands alone and marked like one too large', async (t) => {
  const record = { timestampDelta: 0, offsetDelta: 0, key: null, value: Buffer.from('abc'), headers: {} };
  const batch = { firstTimestamp: 1, transactional: false, control: false, appendTime: true };
  const make = (compression: number) =>
    encodeBatch({ ...batch, compression, firstOffset: 7, records: [record, { ...record, offsetDelta: 1 }] });
  const shortened = await make(0);
  // The length of the first record.
  shortened.writeUInt8(shortened.readUInt8(61) + 40, 61);
  const spoiled = await make(3);
  spoiled.fill(0xee, 70);
  const unknown = await make(0);
  unknown.writeInt16BE(unknown.readInt16BE(21) | 7, 21);
  for (const bytes of [shortened, spoiled, unknown]) {
    const messages = new FetchedMessages();
    await readRecordBatches(Buffer.concat([bytes, bytes]), messages);
    t.is(messages.length, 1);
    t.true(messages[0] instanceof UnreadableBatch);
    t.like(messages[0], { firstOffset: 7 });
  }
});
