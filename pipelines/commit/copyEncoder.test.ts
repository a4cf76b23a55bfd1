import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { column, type ColumnType, nullable, type Table } from '#schemas/tables/table.js';
import { ChunkPool, chunkSizesBytes } from './chunkPool.js';
import type { Cell } from './columnWriters.js';
import { copyMessages } from './copyMessages.js';
import { deadLetterRows } from './deadLetterRows.js';
import { createRowBuffer } from './rowBuffer.js';
import { WindowRows } from './windowRows.js';
import { createWindowBatch } from './windowSample.js';

function tableOf(type: ColumnType): Table {
  return { name: 'one', scope: 'tenant', columns: [nullable('c', type)] };
}

function hexOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('hex');
}

/** Bytes of a row with this one cell, without the row's field count. */
function encoded(type: ColumnType, value: Cell): string {
  const buffer = createRowBuffer(tableOf(type), 't_x', new ChunkPool());
  buffer.append([value]);
  return hexOf(buffer.take()?.chunks ?? []).slice(4);
}

const known: [ColumnType, Cell, string][] = [
  ['bool', true, '00000001 01'],
  ['bool', false, '00000001 00'],
  ['int2', -2, '00000002 fffe'],
  ['int4', 2147483647, '00000004 7fffffff'],
  ['int8', 1, '00000008 0000000000000001'],
  ['int8', -1, '00000008 ffffffffffffffff'],
  ['int8', -4294967297, '00000008 fffffffeffffffff'],
  ['int8', Number.MAX_SAFE_INTEGER, '00000008 001fffffffffffff'],
  ['int8', 2n ** 63n - 1n, '00000008 7fffffffffffffff'],
  ['float4', 1.5, '00000004 3fc00000'],
  ['float8', -0, '00000008 8000000000000000'],
  ['float8', Number.POSITIVE_INFINITY, '00000008 7ff0000000000000'],
  ['text', 'é', '00000002 c3a9'],
  ['text', '', '00000000'],
  ['text', 'a\0b', '00000005 61efbfbd62'],
  ['text', 'a\ud800', '00000004 61efbfbd'],
  ['bytea', Uint8Array.of(0, 255), '00000002 00ff'],
  ['timestamptz', 946_684_800_000, '00000008 0000000000000000'],
  ['timestamptz', 946_684_800_001, '00000008 00000000000003e8'],
  ['timestamptz', 946_684_799_999, '00000008 fffffffffffffc18'],
  ['timestamptz', 8_640_000_000_000_000, '00000008 77e41537f0282000'],
  ['date', '2000-01-02', '00000004 00000001'],
  ['date', 946_598_400_000, '00000004 ffffffff'],
  ['jsonb', [{ tag: 'P\0' }], `00000011 01${Buffer.from('[{"tag":"P\uFFFD"}]').toString('hex')}`],
];

for (const [type, value, hex] of known) {
  const shown = typeof value === 'object' ? JSON.stringify(value) : JSON.stringify(String(value));
  test(`${type} ${shown} becomes ${hex}`, (t) => {
    t.is(encoded(type, value), hex.replaceAll(' ', ''));
  });
}

test('null is a length of -1 in every type', (t) => {
  for (const type of new Set(known.map(([each]) => each))) t.is(encoded(type, null), 'ffffffff');
});

test('a value that its column does not take is a BUG that names the column, and leaves the rows before it', (t) => {
  const refused: [ColumnType, Cell][] = [
    ['bool', 1],
    ['int2', 32768],
    ['int4', 1.5],
    ['int4', 2147483648],
    ['int8', 2 ** 53],
    ['int8', 2n ** 63n],
    ['float8', '1'],
    ['text', 1],
    ['bytea', 'x'],
    ['timestamptz', Number.NaN],
    ['timestamptz', Number.POSITIVE_INFINITY],
    ['timestamptz', -8_640_000_000_000_000],
    ['date', 946_684_800_001],
    ['date', 'yesterday'],
  ];
  for (const [type, value] of refused) {
    const buffer = createRowBuffer(tableOf(type), 't_x', new ChunkPool());
    buffer.append([null]);
    const error = t.throws(() => buffer.append([value]), { instanceOf: BalancinError });
    t.is(error.code, 'BUG');
    t.regex(error.message, /t_x\.one\.c/);
    t.is(hexOf(buffer.take()?.chunks ?? []), '0001ffffffff', type);
  }
});

test('a column that is not nullable refuses null, and a row of another length is refused', (t) => {
  const table: Table = { name: 'one', scope: 'tenant', columns: [column('c', 'int4')] };
  const buffer = createRowBuffer(table, 't_x', new ChunkPool());
  t.throws(() => buffer.append([null]), { message: /does not take null/ });
  t.throws(() => buffer.append([1, 2]), { message: /has 1 columns/ });
  t.is(buffer.take(), null);
});

test('rows of windows are the same bytes by the fast path as by the general one', (t) => {
  const { batch, general } = createWindowBatch(1000, ['t_a', 't_b']);
  const pool = new ChunkPool();
  const fast = new WindowRows(pool);
  fast.append(batch, 2 ** 41 + 7);
  const parts = fast.take();
  t.deepEqual(
    parts.map((p) => p.schema),
    ['t_a', 't_b'],
  );
  for (const part of parts) {
    const same = general(part.schema, 2 ** 41 + 7, pool);
    t.is(part.rows, same.rows);
    t.is(hexOf(part.chunks), hexOf(same.chunks));
  }
  t.is(fast.rows + fast.bytes, 0);
});

test('a window without a usable sample has no extremes', (t) => {
  const { batch } = createWindowBatch(1, ['t_a']);
  batch.goods[0] = 0;
  batch.mins[0] = Number.NaN;
  const rows = new WindowRows(new ChunkPool());
  rows.append(batch, 1);
  const bytes = Buffer.concat(rows.take()[0]?.chunks ?? []);
  t.is(bytes.length, 122);
  t.is(bytes.subarray(78, 94).toString('hex'), 'ff'.repeat(16));
});

test('chunks grow from small to large, and messages are joined from the small ones', (t) => {
  const rows = new WindowRows(new ChunkPool());
  const { batch } = createWindowBatch(5000, ['t_a']);
  rows.append(batch, 1);
  const [part] = rows.take();
  const sizes = part?.chunks.map((c) => c.buffer.byteLength) ?? [];
  t.deepEqual(sizes.slice(0, 4), [...chunkSizesBytes, 128 * 1024]);
  const tables = part === undefined ? [] : [[part]];
  const sent = [...copyMessages(tables)];
  t.true(sent.length < (part?.chunks.length ?? 0) * 2);
  t.is(payloads(Buffer.concat(sent)), `${copyHeaderHex}${hexOf(part?.chunks ?? [])}ffff`);
});

test('the messages of many small tables go out in one write, each table with its header and its end', (t) => {
  const rows = new WindowRows(new ChunkPool());
  rows.append(createWindowBatch(100, ['t_a', 't_b', 't_c']).batch, 1);
  const parts = rows.take();
  const sent = [...copyMessages(parts.map((part) => [part]))];
  t.is(sent.length, 1);
  const expected = parts.map((part) => `${copyHeaderHex}${hexOf(part.chunks)}ffff`).join('');
  t.is(payloads(Buffer.concat(sent)), expected);
  t.is(parts.length, 3);
});

const copyHeaderHex = `5047434f50590aff0d0a00${'00'.repeat(8)}`;

/** Of CopyData messages, joined; each table must end with CopyDone. */
function payloads(wire: Buffer): string {
  const found: string[] = [];
  for (let at = 0; at < wire.length; ) {
    const bytes = wire.readUInt32BE(at + 1);
    const payload = wire.subarray(at + 5, at + 1 + bytes).toString('hex');
    if (String.fromCharCode(wire[at] ?? 0) === 'd') found.push(payload);
    else if (payload !== '' || !found.at(-1)?.endsWith('ffff')) return 'a message that is no copy data';
    at += 1 + bytes;
  }
  return found.join('');
}

test('memory that was released is used again, once, and no more of it is kept than allowed', (t) => {
  const pool = new ChunkPool({ freeBytesMax: 4096 });
  const [one, two] = [pool.acquire(1, 0), pool.acquire(1, 0)];
  pool.release([one.bytes.subarray(0, 10), two.bytes]);
  pool.release([one.bytes]);
  pool.release([Buffer.from('not of the pool')]);
  t.is(pool.inUseBytes, 0);
  t.is(pool.freeBytes, 4096);
  const [again, other] = [pool.acquire(1, 0), pool.acquire(1, 0)];
  t.is(again.bytes.buffer, one.bytes.buffer);
  t.not(again.bytes.buffer, other.bytes.buffer);
});

test('at its limit a pool refuses with LIMIT_REACHED, and the rows before are whole', (t) => {
  const pool = new ChunkPool({ bytesMax: 4096 + 32 * 1024 });
  const rows = new WindowRows(pool);
  const { batch } = createWindowBatch(1000, ['t_a']);
  batch.goods.fill(60);
  const error = t.throws(() => rows.append(batch, 1), { instanceOf: BalancinError });
  t.is(error.code, 'LIMIT_REACHED');
  const [part] = rows.take();
  t.is(part?.rows, Math.floor(4096 / 138) + Math.floor(32768 / 138));
  t.is(Buffer.concat(part?.chunks ?? []).length, (part?.rows ?? 0) * 138);
  pool.release(part?.chunks ?? []);
  t.is(pool.inUseBytes, 0);
});

test('a dead letter larger than any chunk is one row, bytes and all', (t) => {
  const value = Buffer.alloc(1_000_000, 7);
  const pool = new ChunkPool();
  const rows = deadLetterRows(
    [
      {
        topic: 'edge.telemetry.v1',
        partition: 3,
        offset: 9,
        arrivalMs: 1_700_000_000_000,
        key: null,
        value,
        reason: 'undecodable',
        detail: 'cut short',
        tenant: null,
      },
    ],
    1,
    pool,
  );
  t.is(rows?.rows, 1);
  t.true(Buffer.concat(rows?.chunks ?? []).includes(value));
  pool.release(rows?.chunks ?? []);
  t.is(pool.inUseBytes, 0);
  t.is(deadLetterRows([], 1, pool), null);
});
