/** The embedded log on a real PostgreSQL: the contract, then what only this adapter promises. */
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { eventLogContract } from '../contract.js';
import { createTestTopics, keyIn, openReader, record, series } from '../contractReader.js';
import { createEmbeddedLog, type EmbeddedLog } from './embeddedLog.js';

import { packRecords } from './packRecords.js';

async function open(t: ExecutionContext): Promise<EmbeddedLog> {
  return (await openWithUrl(t)).log;
}

async function openWithUrl(t: ExecutionContext): Promise<{ log: EmbeddedLog; url: string }> {
  const { url } = await testDatabase(t, { template: migrated });
  const log = createEmbeddedLog({ databaseUrl: url, queueBytesMax: 8 * 1024 * 1024 });
  t.teardown(() => log.close());
  return { log, url };
}

async function connect(t: ExecutionContext, url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end().catch(() => {}));
  return client;
}

eventLogContract(test, open);

test('a reader never passes an offset whose transaction has not committed', async (t) => {
  const { log, url } = await openWithUrl(t);
  const topics = await createTestTopics(log);
  const producer = await log.producer();
  await producer.append(series(topics[0], keyIn(1), 'before', 2));
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.records.length >= 2);

  // A writer that has its offsets and does not commit.
  const slow = await connect(t, url);
  const { rows } = await slow.query<{ topic_id: number }>(
    'SELECT topic_id FROM balancin.log_topic WHERE topic = $1',
    [topics[0]],
  );
  const { values } = packRecords(
    series(topics[0], keyIn(1), 'held', 2),
    Array(2).fill(rows[0]?.topic_id),
    [1, 1],
  );
  await slow.query('BEGIN');
  await slow.query('SELECT balancin.log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', values);

  const later = producer.append([...series(topics[0], keyIn(1), 'after', 2)]);
  const elsewhere = await (await log.producer()).append(series(topics[0], keyIn(3), 'elsewhere', 2));
  t.is(elsewhere.length, 2);
  await reader.until(() => reader.records.length >= 4);
  for (let i = 0; i < 5; i += 1) await reader.poll();
  t.deepEqual(reader.values(), ['before0', 'before1', 'elsewhere0', 'elsewhere1']);

  await slow.query('COMMIT');
  await later;
  await reader.until(() => reader.records.length >= 8);
  const ofPartition = reader.records.filter((r) => r.partition === 1);
  t.deepEqual(
    ofPartition.map((r) => r.offset),
    [0, 1, 2, 3, 4, 5],
  );
  t.deepEqual(reader.values().slice(4), ['held0', 'held1', 'after0', 'after1']);
});

test('a transaction that is rolled back leaves no gap', async (t) => {
  const { log, url } = await openWithUrl(t);
  const [topic] = await createTestTopics(log);
  const producer = await log.producer();
  const client = await connect(t, url);
  const { rows } = await client.query<{ topic_id: number }>(
    'SELECT topic_id FROM balancin.log_topic WHERE topic = $1',
    [topic],
  );
  const { values } = packRecords([record(topic, keyIn(0), 'gone')], [rows[0]?.topic_id ?? 0], [0]);
  await client.query('BEGIN');
  await client.query('SELECT balancin.log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', values);
  await client.query('ROLLBACK');
  const [result] = await producer.append([record(topic, keyIn(0), 'kept')]);
  t.is(result?.offset, 0);
});

test('writers that touch the same partitions in opposite order do not wait in a circle', async (t) => {
  const { log } = await openWithUrl(t);
  const topics = await createTestTopics(log);
  const writers = await Promise.all(Array.from({ length: 4 }, () => log.producer()));
  const results = await Promise.allSettled(
    writers.flatMap((producer, w) =>
      Array.from({ length: 15 }, () => {
        const keys = [0, 1, 2, 3].map((task) => keyIn(task));
        const ordered = w % 2 === 0 ? keys : keys.toReversed();
        return producer.append(ordered.flatMap((key) => topics.map((topic) => record(topic, key, 'v'))));
      }),
    ),
  );
  t.deepEqual(
    results.filter((r) => r.status === 'rejected'),
    [],
  );
  const offsets = await log.offsets(topics[0]);
  t.deepEqual(
    offsets.map(({ high }) => high),
    [60, 60, 60, 60],
  );
});

test("a record's time is the database's clock and never goes back", async (t) => {
  const { log, url } = await openWithUrl(t);
  const topics = await createTestTopics(log);
  const producer = await log.producer();
  await producer.append([record(topics[0], keyIn(0), 'now')]);
  const client = await connect(t, url);
  // As if the clock had been an hour ahead and was set right.
  await client.query(
    'UPDATE balancin.log_partition SET last_timestamp_ms = last_timestamp_ms + 3600000 WHERE partition = 0',
  );
  await producer.append([record(topics[0], keyIn(0), 'later')]);
  const { rows } = await client.query<{ now: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  );
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.records.length >= 2);
  const [first, second] = reader.records.map((r) => r.timestampMs);
  t.true(Math.abs((first ?? 0) - Number(rows[0]?.now)) < 60_000);
  t.true((second ?? 0) - (first ?? 0) >= 3_599_000);
});

test('what is past the retention goes in batches, and a position in it fails loudly', async (t) => {
  const { log } = await openWithUrl(t);
  const [topic, other] = await createTestTopics(log);
  const kept = `kept-${topic}`;
  const shape = { partitions: 4, replicationFactor: -1 };
  await log.createTopics([{ topic: kept, ...shape, retentionMs: 60_000 }]);
  const producer = await log.producer();
  await producer.append([...series(kept, keyIn(1), 'v', 25), ...series(topic, keyIn(1), 'v', 3)]);
  t.is(await log.trim({ nowMs: Date.now(), recordsMax: 10 }), 0);
  const reader = await openReader(t, log, { topics: [kept, other] });
  await reader.until(() => reader.records.length >= 25);
  reader.consumer?.pause(1);
  t.is(await log.trim({ nowMs: Date.now() + 3_600_000, recordsMax: 10 }), 25);
  t.deepEqual((await log.offsets(kept))[1], { low: 25, high: 25 });
  t.deepEqual((await log.offsets(topic))[1], { low: 0, high: 3 });
  reader.consumer?.seek(1, new Map([[kept, 24]]));
  await reader.until(() => reader.failures.size > 0);
  t.like(reader.failures.get(1), { code: 'OFFSET_OUT_OF_RANGE', context: { low: 25, offset: 24 } });
  const [next] = await producer.append(series(kept, keyIn(1), 'next', 1));
  t.is(next?.offset, 25);
});

test('a position overtaken by the retention while it is read fails, the rest of the log goes on', async (t) => {
  const { log } = await openWithUrl(t);
  const [live] = await createTestTopics(log);
  const kept = `kept-${live}`;
  await log.createTopics([{ topic: kept, partitions: 4, replicationFactor: -1, retentionMs: 1 }]);
  const producer = await log.producer();
  await producer.append([...series(kept, keyIn(1), 'v', 5), ...series(kept, keyIn(2), 'w', 5)]);
  const reader = await openReader(t, log, { topics: [live, kept] });
  const seen = () => new Set(reader.records.map((r) => r.partition)).size;
  const deadline = Date.now() + 60_000;
  while (seen() < 2 && Date.now() < deadline) {
    await reader.poll({ recordsMax: 2, bytesMax: 1_000, timeoutMs: 100 });
  }
  t.true(reader.records.length < 10);
  reader.consumer?.pause(1);
  reader.consumer?.pause(2);
  await log.trim({ nowMs: Date.now() + 1_000, recordsMax: 100 });
  reader.consumer?.resume(1);
  await producer.append(series(live, keyIn(0), 'on', 1));
  await reader.until(() => reader.failures.size > 0 && reader.values(live).length > 0);
  t.deepEqual([...reader.failures.keys()], [1]);
});

test('append beyond the limit of what waits is refused, and what was taken is stored', async (t) => {
  const { log } = await openWithUrl(t);
  const [topic] = await createTestTopics(log);
  const producer = await log.producer();
  const value = Buffer.alloc(1024 * 1024);
  const results = await Promise.allSettled(
    Array.from({ length: 9 }, () => producer.append([{ topic, key: keyIn(0), value }])),
  );
  const refused = results.filter((r) => r.status === 'rejected');
  t.is(refused.length, 2);
  t.like(refused[0], { reason: { code: 'LIMIT_REACHED', retry: true } });
  t.is((await log.offsets(topic))[0]?.high, 7);
  t.is((await producer.append([{ topic, key: keyIn(0), value }])).length, 1);
});

test('a connection that is cut is opened again: append and poll fail for that call alone', async (t) => {
  const { log, url } = await openWithUrl(t);
  const topics = await createTestTopics(log);
  const producer = await log.producer();
  await producer.append([record(topics[0], keyIn(0), 'a')]);
  const reader = await openReader(t, log, { topics });
  await reader.until(() => reader.records.length >= 1);
  const client = await connect(t, url);
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const patient = async <T>(call: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        t.like(error, { code: 'LOG_UNAVAILABLE', retry: true });
      }
    }
  };
  await patient(() => producer.append([record(topics[0], keyIn(0), 'b')]));
  await patient(() => reader.until(() => reader.values().includes('b')));
  const distinct = new Set(reader.records.map((r) => r.offset));
  t.is(distinct.size, reader.records.length);
});

test('a database without the log says to migrate, one that is away says so', async (t) => {
  const { url } = await testDatabase(t);
  const log = createEmbeddedLog({ databaseUrl: url });
  t.teardown(() => log.close());
  await t.throwsAsync(log.offsets('x'), { code: 'NOT_FOUND', message: /balancin migrate/ });
  const away = createEmbeddedLog({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
  await t.throwsAsync(away.offsets('x'), { code: 'LOG_UNAVAILABLE' });
  await away.close();
});
