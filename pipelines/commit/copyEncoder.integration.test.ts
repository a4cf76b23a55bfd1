import test from 'ava';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { type ColumnType, nullable, type Table } from '#schemas/tables/table.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { ChunkPool } from './chunkPool.js';
import type { Cell } from './columnWriters.js';
import { copyIn } from './copyIn.js';
import { createRowBuffer } from './rowBuffer.js';

const dayMs = 86_400_000;
const anyDouble = fc.double();
const anyText = fc.string({ unit: 'binary', maxLength: 50 });
/** Within what the server keeps, and well beyond what a safe integer of µs can hold. */
const unixMs = fc.oneof(
  fc.integer({ min: -200_000_000_000_000, max: 8_640_000_000_000_000 }),
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
);

/** Values of each type, and the SQL and reading that bring them back exactly. */
const columns: Record<
  ColumnType,
  { values: fc.Arbitrary<Cell>; select: string; readonly read: (text: string) => unknown }
> = {
  bool: { values: fc.boolean(), select: 'c::text', read: (s) => s === 'true' },
  int2: { values: fc.integer({ min: -32768, max: 32767 }), select: 'c::text', read: Number },
  int4: { values: fc.integer(), select: 'c::text', read: Number },
  int8: {
    values: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    select: 'c::text',
    read: BigInt,
  },
  float4: { values: fc.float(), select: 'c::text', read: (s) => Math.fround(Number(s)) },
  float8: { values: anyDouble, select: 'c::text', read: Number },
  text: { values: anyText, select: 'c', read: String },
  bytea: {
    values: fc.uint8Array({ maxLength: 60 }),
    select: "encode(c, 'hex')",
    read: (s) => Uint8Array.from(Buffer.from(s, 'hex')),
  },
  date: {
    values: unixMs.map((ms) => Math.floor(ms / dayMs) * dayMs),
    select: "(c - date '1970-01-01')::text",
    read: (s) => Number(s) * dayMs,
  },
  timestamptz: {
    values: unixMs,
    select: '(extract(epoch FROM c) * 1000)::int8::text',
    read: Number,
  },
  jsonb: {
    values: fc.oneof(
      fc.object({ values: [anyText, fc.integer(), fc.boolean()], key: anyText }),
      fc.array(anyText),
    ),
    select: 'c::text',
    read: (s) => JSON.parse(s) as unknown,
  },
};

/** What the server refuses in text and the encoder replaces. */
function stored(value: Cell): unknown {
  if (typeof value === 'string') return value.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    return JSON.parse(JSON.stringify(value), (_, inner: unknown) => {
      if (typeof inner === 'string') return stored(inner);
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).map(([key, each]) => [stored(key), each as unknown]));
    });
  }
  return value;
}

for (const type of Object.keys(columns) as ColumnType[]) {
  const { values, select, read } = columns[type];
  test(`a ${type} comes back from the server as it went in`, async (t) => {
    const { url } = await testDatabase(t);
    const client = new Client({ connectionString: url });
    await client.connect();
    t.teardown(() => client.end());
    await client.query(`CREATE TABLE one (n int4, c ${type})`);
    const table: Table = {
      name: 'one',
      scope: 'tenant',
      columns: [nullable('n', 'int4'), nullable('c', type)],
    };
    const pool = new ChunkPool();
    const rows = fc.array(fc.option(values), { minLength: 1, maxLength: 400, size: 'max' });
    await fc.assert(
      fc.asyncProperty(rows, async (cells) => {
        const buffer = createRowBuffer(table, 'public', pool);
        for (const [n, cell] of cells.entries()) buffer.append([n, cell]);
        const part = buffer.take();
        await client.query('TRUNCATE one');
        await copyIn(client, part === null ? [] : [[part]]);
        pool.release(part?.chunks ?? []);
        const back = await client.query<{ c: string | null }>(`SELECT ${select} AS c FROM one ORDER BY n`);
        const same = (cell: Cell) =>
          typeof cell === 'number' && type === 'int8' ? BigInt(cell) : stored(cell);
        t.deepEqual(
          back.rows.map(({ c }) => (c === null ? null : read(c))),
          cells.map(same),
        );
      }),
      { numRuns: 10 },
    );
  });
}
