/** The laws of an event log, as tests that every adapter passes: `eventLogContract(test, open)`. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext, ImplementationFn } from 'ava';
import { BalancinError } from '#schemas/errors.js';
import {
  allTasks,
  createTestTopics,
  keyIn,
  openReader,
  partitions,
  patienceMs,
  record,
  series,
  valueText,
} from './contractReader.js';
import type { EventLog } from './eventLog.js';
import { partitionOf } from './partitioner.js';

type RegisterTest = (title: string, implementation: ImplementationFn<[]>) => void;

/** Opens the log under test; closes it in the test's teardown. */
export type OpenLog = (t: ExecutionContext) => Promise<EventLog>;

/** Each once, ascending. */
function distinct(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Offsets that a test hands over when it likes. */
function holdOffsets(): {
  readonly promise: Promise<ReadonlyMap<string, number>>;
  readonly resolve: (offsets: ReadonlyMap<string, number>) => void;
} {
  let resolve: (offsets: ReadonlyMap<string, number>) => void = () => {};
  const promise = new Promise<ReadonlyMap<string, number>>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export function eventLogContract(test: RegisterTest, open: OpenLog): void {
  test('records of a key come back whole, in the order of the append calls', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const headers = { source: Buffer.from('edge'), empty: new Uint8Array(0) };
    const binary = Uint8Array.from({ length: 256 }, (_, i) => i);
    await Promise.all([
      producer.append([record(topics[0], 'k', 'first'), { topic: topics[0], key: 'k', value: null }]),
      producer.append([{ topic: topics[0], key: Buffer.from('k'), value: binary, headers }]),
      producer.append([{ topic: topics[0], key: 'k', value: new Uint8Array(0) }]),
    ]);
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= 4);
    const found = reader.records.map((r) => ({
      partition: r.partition,
      key: r.key === null ? null : Buffer.from(r.key).toString(),
      value: r.value === null ? null : [...r.value],
      headers: r.headers === null ? null : Object.entries(r.headers).map(([k, v]) => [k, [...v]]),
    }));
    const place = { partition: partitionOf('k', partitions), key: 'k' };
    t.deepEqual(found, [
      { ...place, value: [...Buffer.from('first')], headers: null },
      { ...place, value: null, headers: null },
      {
        ...place,
        value: [...binary],
        headers: [
          ['source', [...Buffer.from('edge')]],
          ['empty', []],
        ],
      },
      { ...place, value: [], headers: null },
    ]);
    const stamps = reader.records.map((r) => r.timestampMs);
    t.deepEqual(
      stamps,
      stamps.toSorted((a, b) => a - b),
    );
    t.true(stamps.every((ms) => Math.abs(ms - Date.now()) < 3_600_000));
  });

  test('append resolves with the offsets that the records have', async (t) => {
    const log = await open(t);
    const [topic] = await createTestTopics(log);
    const producer = await log.producer();
    t.deepEqual(await producer.append([]), []);
    const keys = [keyIn(0), keyIn(2), keyIn(0), keyIn(2), keyIn(0)];
    const first = await producer.append(keys.map((key, i) => record(topic, key, `v${i}`)));
    t.deepEqual(
      first.map(({ partition, offset }) => [partition, offset]),
      [
        [0, 0],
        [2, 0],
        [0, 1],
        [2, 1],
        [0, 2],
      ],
    );
    const second = await producer.append([record(topic, keyIn(2), 'v5')]);
    t.deepEqual(second, [{ topic, partition: 2, offset: 2 }]);
    t.deepEqual(await log.offsets(topic), [
      { low: 0, high: 3 },
      { low: 0, high: 0 },
      { low: 0, high: 3 },
      { low: 0, high: 0 },
    ]);
  });

  test('many writers at once: every record is there once, and a key keeps its order', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producers = await Promise.all([log.producer(), log.producer(), log.producer()]);
    const calls = 20;
    const perCall = 7;
    await Promise.all(
      producers.flatMap((producer, p) =>
        Array.from({ length: calls }, (_, call) =>
          producer.append(
            Array.from({ length: perCall }, (_, i) =>
              record(topics[0], `writer-${p}`, `${p}:${call * perCall + i}`),
            ),
          ),
        ),
      ),
    );
    const total = producers.length * calls * perCall;
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= total);
    const expected = producers.map((_, p) => Array.from({ length: calls * perCall }, (_, i) => `${p}:${i}`));
    const found = producers.map((_, p) => reader.values().filter((v) => v.startsWith(`${p}:`)));
    t.deepEqual(found, expected);
    for (const partition of allTasks) {
      const offsets = reader.records.filter((r) => r.partition === partition).map((r) => r.offset);
      t.deepEqual(
        offsets,
        offsets.map((_, i) => i),
      );
    }
  });

  test('a topic is made once: again it is left alone, with another partition count it is refused', async (t) => {
    const log = await open(t);
    const [topic] = await createTestTopics(log);
    const spec = { topic, partitions, replicationFactor: 1, retentionMs: null };
    await t.notThrowsAsync(log.createTopics([spec]));
    await t.throwsAsync(log.createTopics([{ ...spec, partitions: 8 }]), { code: 'INCOMPATIBLE' });
    t.is((await log.offsets(topic)).length, partitions);
  });

  test('a topic that is not there is refused by name, and costs no other call of its group', async (t) => {
    const log = await open(t);
    const [topic] = await createTestTopics(log);
    const missing = `missing-${topic}`;
    const producer = await log.producer();
    const [good, bad] = await Promise.allSettled([
      producer.append([record(topic, 'k', 'good')]),
      producer.append([record(missing, 'k', 'bad')]),
    ]);
    t.is(good.status, 'fulfilled');
    t.like(bad, { status: 'rejected', reason: { code: 'NOT_FOUND' } });
    await t.throwsAsync(log.offsets(missing), { code: 'NOT_FOUND', message: new RegExp(missing) });
    const reading = openReader(t, log, { topics: [topic, missing] });
    await t.throwsAsync(reading, { code: 'NOT_FOUND', message: new RegExp(missing) });
  });

  test('reading begins where `assigned` says, at the lowest offset for a topic it does not name', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(topics.flatMap((topic) => series(topic, keyIn(1), 'v', 6)));
    const reader = await openReader(t, log, { topics, offsets: () => new Map([[topics[0], 4]]) });
    // Partitions without the offset 4 cannot be read from there; they are another law.
    await reader.until(() => reader.records.length >= 8);
    t.deepEqual(reader.values(topics[0]), ['v4', 'v5']);
    t.deepEqual(reader.values(topics[1]), ['v0', 'v1', 'v2', 'v3', 'v4', 'v5']);
    t.deepEqual(
      reader.records.filter((r) => r.topic === topics[0]).map((r) => r.offset),
      [4, 5],
    );
  });

  test('the end of the log is a position: what is appended later is read, nothing before', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(3), 'old', 3));
    const offsets = (task: number) => new Map([[topics[0], task === 3 ? 3 : 0]]);
    const reader = await openReader(t, log, { topics, offsets });
    await reader.until(() => reader.owned.size === partitions);
    await producer.append(series(topics[0], keyIn(3), 'new', 2));
    await reader.until(() => reader.records.length >= 2);
    t.deepEqual(reader.values(), ['new0', 'new1']);
  });

  test('no record of a task comes before `assigned` has resolved', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(allTasks.flatMap((task) => series(topics[0], keyIn(task), `p${task}-`, 3)));
    const held = holdOffsets();
    const offsets = (task: number) => (task === 2 ? held.promise : new Map<string, number>());
    const reader = await openReader(t, log, { topics, offsets });
    await reader.until(() => reader.records.length >= 9 && reader.owned.size === partitions);
    for (let i = 0; i < 5; i += 1) await reader.poll();
    t.false(reader.records.some((r) => r.partition === 2));
    held.resolve(new Map([[topics[0], 1]]));
    await reader.until(() => reader.records.length >= 11);
    const ofTask2 = reader.records.filter((r) => r.partition === 2);
    t.deepEqual(ofTask2.map(valueText), ['p2-1', 'p2-2']);
  });

  test('a claim that fails for a passing reason is tried again, one that fails for good stops its task alone', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(allTasks.flatMap((task) => series(topics[0], keyIn(task), `p${task}-`, 2)));
    let tries = 0;
    const reader = await openReader(t, log, {
      topics,
      offsets(task) {
        if (task === 0) {
          tries += 1;
          if (tries < 3) throw new BalancinError('DATABASE_UNAVAILABLE', 'away for a moment');
        }
        if (task === 1) throw new BalancinError('STATE_VERSION', 'state of another version');
        return new Map();
      },
    });
    await reader.until(() => reader.records.length >= 6 && reader.failures.size > 0);
    t.is(tries, 3);
    t.deepEqual([...reader.failures.keys()], [1]);
    t.like(reader.failures.get(1), { code: 'STATE_VERSION' });
    t.deepEqual(distinct(reader.records.map((r) => r.partition)), [0, 2, 3]);
  });

  test('a position outside the log fails loudly: that task stops, the others go on', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(allTasks.flatMap((task) => series(topics[0], keyIn(task), `p${task}-`, 2)));
    const offsets = (task: number) => new Map([[topics[0], task === 1 ? 3 : 0]]);
    const reader = await openReader(t, log, { topics, offsets });
    await reader.until(() => reader.records.length >= 6 && reader.failures.size > 0);
    t.deepEqual([...reader.failures.keys()], [1]);
    t.like(reader.failures.get(1), {
      code: 'OFFSET_OUT_OF_RANGE',
      context: { topic: topics[0], partition: 1, offset: 3, low: 0, high: 2 },
    });
    await producer.append(allTasks.flatMap((task) => series(topics[0], keyIn(task), `p${task}-more`, 1)));
    await reader.until(() => reader.records.length >= 9);
    t.false(reader.records.some((r) => r.partition === 1));
  });

  test('a failed task is read again after a seek to a position that the log has', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(1), 'v', 2));
    const reader = await openReader(t, log, {
      topics,
      offsets: (task) => new Map([[topics[0], task === 1 ? 9 : 0]]),
    });
    await reader.until(() => reader.failures.size > 0);
    reader.consumer?.seek(1, new Map([[topics[0], 1]]));
    await reader.until(() => reader.records.length > 0);
    t.deepEqual(reader.values(), ['v1']);
  });

  test('a seek back reads the same records again, a seek on leaves the ones between out', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append([
      ...series(topics[0], keyIn(1), 'v', 5),
      ...series(topics[1], keyIn(1), 'b', 2),
      ...series(topics[0], keyIn(2), 'other', 5),
    ]);
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= 12);
    reader.records.length = 0;
    reader.consumer?.seek(
      1,
      new Map([
        [topics[0], 2],
        [topics[1], 1],
      ]),
    );
    await reader.until(() => reader.records.length >= 4);
    t.deepEqual(reader.values(topics[0]), ['v2', 'v3', 'v4']);
    t.deepEqual(reader.values(topics[1]), ['b1']);
    reader.records.length = 0;
    await producer.append(series(topics[0], keyIn(1), 'w', 3));
    reader.consumer?.seek(
      1,
      new Map([
        [topics[0], 7],
        [topics[1], 2],
      ]),
    );
    await reader.until(() => reader.records.length > 0);
    for (let i = 0; i < 3; i += 1) await reader.poll();
    t.deepEqual(reader.values(), ['w2']);
  });

  test('a paused task is silent while the others go on, and continues without gap or repetition', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const reader = await openReader(t, log, { topics });
    const round = async (name: string) =>
      producer.append(allTasks.flatMap((task) => series(topics[0], keyIn(task), name, 20)));
    await round('a');
    await reader.until(() => reader.records.length >= 80);
    reader.consumer?.pause(2);
    await round('b');
    await reader.until(() => reader.records.length >= 140);
    for (let i = 0; i < 5; i += 1) await reader.poll();
    t.is(reader.records.length, 140);
    t.is(reader.records.filter((r) => r.partition === 2).length, 20);
    reader.consumer?.resume(2);
    await round('c');
    await reader.until(() => reader.records.length >= 240);
    for (const task of allTasks) {
      const offsets = reader.records.filter((r) => r.partition === task).map((r) => r.offset);
      t.deepEqual(
        offsets,
        Array.from({ length: 60 }, (_, i) => i),
      );
    }
  });

  test('a poll stays within its limits, except for one record larger than them', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(0), 'v', 50));
    const large = Buffer.alloc(10_000, 1);
    const largeRecords = Array.from({ length: 6 }, () => ({ topic: topics[1], key: keyIn(0), value: large }));
    await producer.append(largeRecords);
    const reader = await openReader(t, log, { topics });
    const sizes: number[] = [];
    const deadline = Date.now() + patienceMs;
    while (reader.records.length < 50 && Date.now() < deadline) {
      const batches = await reader.poll({ recordsMax: 7, bytesMax: 1_000_000, timeoutMs: 100 });
      sizes.push(batches.reduce((sum, b) => sum + b.records.length, 0));
    }
    t.true(Math.max(...sizes) <= 7);
    const before = reader.records.length;
    while (reader.records.length < 56 && Date.now() < deadline) {
      const batches = await reader.poll({ recordsMax: 100, bytesMax: 15_000, timeoutMs: 100 });
      const bytes = batches.flatMap((b) => b.records).reduce((sum, r) => sum + (r.value?.length ?? 0), 0);
      t.true(bytes < 15_000 + large.length);
    }
    t.is(reader.records.length - before, 56 - before);
    t.deepEqual(reader.values(topics[0]).length, 50);
  });

  test('a buffer smaller than the backlog loses nothing and repeats nothing', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const value = Buffer.alloc(20_000, 7);
    for (let i = 0; i < 8; i += 1) {
      const both = topics.flatMap((topic) => allTasks.map((task) => ({ topic, key: keyIn(task), value })));
      await producer.append([...both, ...both, ...both]);
    }
    const reader = await openReader(t, log, { topics, bufferBytesMax: 100_000 });
    const total = 8 * 3 * 2 * partitions;
    await reader.until(() => reader.records.length >= total);
    for (let i = 0; i < 3; i += 1) await reader.poll();
    t.is(reader.records.length, total);
    const distinct = new Set(reader.records.map((r) => `${r.topic} ${r.partition} ${r.offset}`));
    t.is(distinct.size, total);
  });

  test('live topics are handed out before backfill', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.owned.size === partitions);
    const keys = allTasks.map((task) => keyIn(task));
    await producer.append(keys.flatMap((key) => series(topics[1], key, 'old', 50)));
    await producer.append(keys.flatMap((key) => series(topics[0], key, 'now', 50)));
    // Time for both to be fetched by an adapter that reads ahead.
    await sleep(500);
    await reader.until(() => reader.records.length >= 400);
    const lanes = reader.batches.map((b) => b.topic);
    t.deepEqual(lanes.slice(0, 1), [topics[0]]);
    t.is(reader.values(topics[0]).length, 200);
    t.is(reader.values(topics[1]).length, 200);
  });

  test('the high watermark is one past the last record, so the lag closes to 0', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(0), 'v', 10));
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= 10);
    const last = reader.batches.at(-1);
    t.is(last?.highWatermark, 10);
    t.is(last?.records.at(-1)?.offset, 9);
  });

  test('a task is caught up while it was handed all there is, and not while records wait', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(0), 'v', 40));
    const beganMs = Date.now();
    const reader = await openReader(t, log, { topics });
    const caughtUp = (task: number) => reader.consumer?.caughtUpMs(task) ?? null;
    const few = { recordsMax: 10, bytesMax: 1_000_000, timeoutMs: 100 };
    const seen: boolean[] = [];
    for (const deadline = Date.now() + patienceMs; reader.records.length < 40 && Date.now() < deadline; ) {
      const before = reader.records.length;
      await reader.poll(few);
      if (reader.records.length > before && reader.records.length < 40) seen.push(caughtUp(0) === null);
    }
    t.true(seen.length > 0 && seen.every(Boolean), 'records were waiting');
    await reader.until(() => allTasks.every((task) => caughtUp(task) !== null));
    const firstMs = allTasks.map((task) => caughtUp(task) ?? 0);
    t.true(firstMs.every((ms) => ms >= beganMs && ms <= Date.now()));
    // It moves on with the clock although nothing comes.
    await reader.until(() => allTasks.every((task) => (caughtUp(task) ?? 0) > (firstMs[task] ?? 0)));
    reader.consumer?.seek(0, new Map([[topics[0], 0]]));
    t.is(caughtUp(0), null);
    await reader.until(() => reader.records.length >= 80 && caughtUp(0) !== null);
  });

  test('a poll that waits is ended by `wake`, also where it is called just before', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.owned.size === partitions);
    const forever = { recordsMax: 10, bytesMax: 1_000_000, timeoutMs: 10 * patienceMs };
    const waiting = reader.poll(forever);
    await sleep(50);
    reader.consumer?.wake();
    t.deepEqual(await waiting, []);
    reader.consumer?.wake();
    t.deepEqual(await reader.poll(forever), []);
  });

  test('a record of 1 MB comes back byte for byte', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const values = [1, 2, 3].map(() => randomBytes(1024 * 1024));
    await producer.append(values.map((value) => ({ topic: topics[0], key: keyIn(0), value })));
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= 3);
    const equal = reader.records.map((r, i) => values[i]?.equals(r.value ?? new Uint8Array(0)));
    t.deepEqual(equal, [true, true, true]);
  });

  test('tasks are partition numbers: topics of one key meet in one task', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    const sites = Array.from({ length: 12 }, (_, i) => `tenant/site-${i}`);
    await producer.append(topics.flatMap((topic) => sites.map((site) => record(topic, site, site))));
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= 24);
    for (const site of sites) {
      const tasks = reader.records.filter((r) => valueText(r) === site).map((r) => r.partition);
      t.deepEqual(tasks, [partitionOf(site, partitions), partitionOf(site, partitions)]);
    }
  });

  test('closing revokes each task that was assigned, and nothing follows', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const producer = await log.producer();
    await producer.append(series(topics[0], keyIn(0), 'v', 3));
    const reader = await openReader(t, log, { topics });
    await reader.until(() => reader.records.length >= 3 && reader.owned.size === partitions);
    await reader.consumer?.close();
    const revoked = reader.events.filter((e) => e.startsWith('revoked')).toSorted();
    t.deepEqual(revoked, ['revoked 0', 'revoked 1', 'revoked 2', 'revoked 3']);
    await producer.append(series(topics[0], keyIn(0), 'late', 3));
    t.deepEqual(await reader.poll(), []);
    t.is(reader.records.length, 3);
  });

  test('closing while a claim is under way waits for it and then revokes', async (t) => {
    const log = await open(t);
    const topics = await createTestTopics(log);
    const held = holdOffsets();
    const reader = await openReader(t, log, { topics, offsets: () => held.promise });
    await reader.until(() => reader.owned.size === partitions);
    const closing = reader.consumer?.close();
    held.resolve(new Map());
    await closing;
    t.is(reader.events.filter((e) => e.startsWith('revoked')).length, partitions);
    t.is(reader.owned.size, 0);
  });
}
