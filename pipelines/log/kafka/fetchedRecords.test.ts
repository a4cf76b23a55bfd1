/** The buffer between kafkajs and poll: its limit, its order, what a dropped task leaves. */
import test from 'ava';
import type { LogRecord } from '../eventLog.js';
import { FetchedRecords } from './fetchedRecords.js';

const limits = { recordsMax: 1_000, bytesMax: 1_000_000 };

function records(
  topic: string,
  partition: number,
  from: number,
  count: number,
  valueBytes = 10,
): LogRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    topic,
    partition,
    offset: from + i,
    timestampMs: 0,
    key: null,
    value: new Uint8Array(valueBytes),
    headers: null,
  }));
}

/** Buffers records that count for 100 bytes each. */
function push(buffer: FetchedRecords, topic: string, partition: number, from: number, count: number): void {
  buffer.push(topic, partition, 99, records(topic, partition, from, count), count * 100);
}

test('earlier topics are handed out first, within a topic what was fetched first', (t) => {
  const buffer = new FetchedRecords(['live', 'backfill'], 10_000);
  push(buffer, 'backfill', 0, 0, 2);
  push(buffer, 'live', 1, 5, 1);
  push(buffer, 'live', 0, 7, 1);
  const batches = buffer.take(limits);
  t.deepEqual(
    batches.map(({ topic, partition, highWatermark, records: [first] }) => [
      topic,
      partition,
      highWatermark,
      first?.offset,
    ]),
    [
      ['live', 1, 99, 5],
      ['live', 0, 99, 7],
      ['backfill', 0, 99, 0],
    ],
  );
  t.is(buffer.bytes, 0);
  t.deepEqual(buffer.take(limits), []);
});

test('a batch that is larger than a poll is handed out in pieces, none lost, none twice', (t) => {
  const buffer = new FetchedRecords(['live', 'backfill'], 10_000);
  push(buffer, 'live', 0, 0, 7);
  push(buffer, 'backfill', 0, 0, 3);
  const offsets: string[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    const batches = buffer.take({ recordsMax: 3, bytesMax: 1_000 });
    const found = batches.flatMap((b) => b.records);
    sizes.push(found.length);
    offsets.push(...found.map((r) => `${r.topic}${r.offset}`));
  }
  t.deepEqual(sizes, [3, 3, 3, 1]);
  t.deepEqual(offsets, [
    'live0',
    'live1',
    'live2',
    'live3',
    'live4',
    'live5',
    'live6',
    'backfill0',
    'backfill1',
    'backfill2',
  ]);
  t.is(buffer.bytes, 0);
});

test('a poll of bytes gives at least one record and passes its limit by less than one', (t) => {
  const buffer = new FetchedRecords(['live'], 10_000);
  buffer.push('live', 0, 9, records('live', 0, 0, 4, 50), 400);
  t.deepEqual(
    [1, 99, 1_000].map(
      (bytesMax) => buffer.take({ recordsMax: 9, bytesMax }).flatMap((b) => b.records).length,
    ),
    [1, 2, 1],
  );
});

test('a topic is full at its mark: live at the limit itself, backfill before', (t) => {
  const buffer = new FetchedRecords(['live', 'backfill'], 1_000);
  push(buffer, 'backfill', 0, 0, 4);
  t.false(buffer.isFull('backfill'));
  push(buffer, 'backfill', 0, 4, 1);
  t.true(buffer.isFull('backfill'));
  t.false(buffer.isFull('live'));
  push(buffer, 'live', 0, 0, 4);
  t.false(buffer.isFull('live'));
  push(buffer, 'live', 0, 4, 1);
  t.true(buffer.isFull('live'));
  t.is(buffer.bytes, 1_000);
});

test('a topic has room again when the buffer is down to half its mark', (t) => {
  const buffer = new FetchedRecords(['live', 'backfill'], 1_000);
  push(buffer, 'live', 0, 0, 10);
  buffer.take({ recordsMax: 4, bytesMax: 10_000 });
  t.is(buffer.bytes, 600);
  t.false(buffer.hasRoom('live'));
  buffer.take({ recordsMax: 1, bytesMax: 10_000 });
  t.true(buffer.hasRoom('live'));
  t.false(buffer.hasRoom('backfill'));
  buffer.take({ recordsMax: 3, bytesMax: 10_000 });
  t.true(buffer.hasRoom('backfill'));
});

test('headers count like values: a poll is as large with them as without', (t) => {
  const buffer = new FetchedRecords(['live'], 10_000);
  const headers = { note: new Uint8Array(996) };
  const heavy = records('live', 0, 0, 4, 0).map((record) => ({ ...record, headers }));
  buffer.push('live', 0, 99, heavy, 4_000);
  const [batch] = buffer.take({ recordsMax: 4, bytesMax: 2_000 });
  t.is(batch?.records.length, 2);
});

test('dropping a task forgets its records alone and says where it must be read again', (t) => {
  const buffer = new FetchedRecords(['live', 'backfill'], 10_000);
  push(buffer, 'live', 0, 0, 4);
  push(buffer, 'live', 1, 20, 2);
  push(buffer, 'live', 0, 4, 4);
  push(buffer, 'backfill', 0, 70, 1);
  buffer.take({ recordsMax: 3, bytesMax: 10_000 });
  t.deepEqual(
    [...buffer.drop(0)],
    [
      ['live', 3],
      ['backfill', 70],
    ],
  );
  t.is(buffer.bytes, 200);
  t.deepEqual(
    buffer.take(limits).flatMap((b) => b.records.map((r) => r.offset)),
    [20, 21],
  );
  t.deepEqual([...buffer.drop(0)], []);
});
