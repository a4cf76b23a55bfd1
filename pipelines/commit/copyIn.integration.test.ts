/** Laws of COPYs that are sent together, on a real server. */
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { nullable, type Table } from '#schemas/tables/table.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { ChunkPool } from './chunkPool.js';
import { copyIn } from './copyIn.js';
import { createRowBuffer } from './rowBuffer.js';
import type { CopyRows } from './taskCommit.js';

const tables = ['one', 'two', 'three'];

async function bed(t: ExecutionContext): Promise<{ client: Client; url: string }> {
  const { url } = await testDatabase(t);
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  t.teardown(() => client.end().catch(() => undefined));
  for (const name of tables) await client.query(`CREATE TABLE ${name} (n int4 CHECK (n >= 0), c text)`);
  return { client, url };
}

/** `rows` of a table, numbered from `from` on, each with a text of `textBytes`. */
function rowsOf(name: string, rows: number, options: { from?: number; textBytes?: number } = {}): CopyRows[] {
  const columns = [nullable('n', 'int4'), nullable('c', 'text')];
  const table: Table = { name, scope: 'tenant', columns };
  const buffer = createRowBuffer(table, 'public', new ChunkPool());
  const text = 'x'.repeat(options.textBytes ?? 3);
  for (let i = 0; i < rows; i++) buffer.append([(options.from ?? 0) + i, text]);
  const part = buffer.take();
  return part === null ? [] : [part];
}

async function counts(client: Client): Promise<number[]> {
  const found: number[] = [];
  for (const name of tables) {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${name}`);
    found.push(rows[0]?.n ?? -1);
  }
  return found;
}

test('tables sent together hold each its own rows, small or large, in one part or several', async (t) => {
  const { client } = await bed(t);
  const large = rowsOf('two', 3_000, { textBytes: 1_000 });
  const parts = [...rowsOf('three', 2), ...rowsOf('three', 5)];
  await copyIn(client, [rowsOf('one', 3), [], large, parts]);
  t.deepEqual(await counts(client), [3, 3_000, 7]);
  await copyIn(client, []);
  await copyIn(client, [[]]);
  t.deepEqual(await counts(client), [3, 3_000, 7]);
});

for (const [where, of] of [
  ['the first', 0],
  ['the middle one', 1],
  ['the last', 2],
] as const) {
  test(`where the server refuses ${where} of several tables it takes none, and the session goes on`, async (t) => {
    const { client } = await bed(t);
    // More than the socket holds behind the refused row, in messages and buffers that do not end together.
    const sent = tables.map((name, i) => [
      ...rowsOf(name, 2_000, { textBytes: 1_500 }),
      ...rowsOf(name, i === of ? 1 : 0, { from: -1 }),
      ...rowsOf(name, 300, { textBytes: 30_000 }),
    ]);
    await client.query('BEGIN');
    const refusal = await t.throwsAsync(copyIn(client, sent), { message: /violates check constraint/u });
    t.is((refusal as { table?: string }).table, tables[of]);
    await client.query('ROLLBACK');
    t.deepEqual(await counts(client), [0, 0, 0]);
    await client.query('BEGIN');
    await copyIn(client, [rowsOf('one', 1), rowsOf('three', 2)]);
    await client.query('COMMIT');
    t.deepEqual(await counts(client), [1, 0, 2]);
  });
}

for (const [how, end] of [
  [
    'the server',
    async (other: Client, pid: number) => void (await other.query('SELECT pg_terminate_backend($1)', [pid])),
  ],
  ['our side', async (_other: Client, _pid: number, cut: () => void) => cut()],
] as const) {
  test(`a connection that ${how} ends while rows are sent fails them, and none was taken`, async (t) => {
    const { client, url } = await bed(t);
    const other = new Client({ connectionString: url });
    await other.connect();
    t.teardown(() => other.end());
    const pid = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
    await other.query('BEGIN');
    await other.query('LOCK TABLE two IN ACCESS EXCLUSIVE MODE');
    // The server waits for the lock with far more to come than fits between the two.
    const sent = copyIn(client, [rowsOf('one', 1), rowsOf('two', 400, { textBytes: 100_000 })]);
    const failed = t.throwsAsync(sent);
    await waiting(other);
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    await end(other, pid, () => stream.destroy());
    await failed;
    await other.query('ROLLBACK');
    t.deepEqual(await counts(other), [0, 0, 0]);
  });
}

async function waiting(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
       WHERE NOT l.granted AND d.datname = current_database()`,
    );
    if (rows.length > 0) return;
    await sleep(20);
  }
}

test('rows for a connection that is gone already are refused at once', async (t) => {
  const { client, url } = await bed(t);
  const other = new Client({ connectionString: url });
  await other.connect();
  t.teardown(() => other.end());
  const pid = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
  await other.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
  await t.throwsAsync(copyIn(client, [rowsOf('one', 1)]));
});
