import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { fingerprintOf } from '#ops/servers/testTemplate.js';
import type { AppendRecord, LogProducer } from '../log/eventLog.js';
import { ChunkPool } from './chunkPool.js';
import { buildSampleDatabase, sampleCommit, sampleTopic } from './commitSample.js';
import { createCommitter } from './committer.js';
import { createOutboxRelay, type OutboxRelayOptions, relaySteps } from './outboxRelay.js';

const template = {
  name: 'commit',
  fingerprint: () => fingerprintOf(import.meta.resolve('#schemas/migrations')),
  build: buildSampleDatabase,
};

/** A log that keeps what it is given, one call at a time, and says so if two are under way. */
class ListProducer implements LogProducer {
  readonly batches: (readonly AppendRecord[])[] = [];
  #underWay = 0;
  fail: Error | null = null;

  async append(records: readonly AppendRecord[]) {
    this.#underWay++;
    if (this.#underWay > 1) throw new Error('two batches in flight');
    await new Promise((r) => setTimeout(r, 5));
    this.#underWay--;
    if (this.fail !== null) throw this.fail;
    this.batches.push(records);
    return records.map((record, offset) => ({ topic: record.topic, partition: 0, offset }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get ids(): string[] {
    return this.batches.flat().map((record) => Buffer.from(record.headers?.['message-id'] ?? []).toString());
  }
}

async function bed(t: ExecutionContext) {
  const { url } = await testDatabase(t, { template });
  const pool = new ChunkPool();
  const committer = createCommitter({ databaseUrl: url, owner: 'owner', pool });
  const client = new Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end());
  t.teardown(() => committer.close());
  return {
    url,
    client,
    relay(producer: LogProducer, options: Partial<OutboxRelayOptions> = {}) {
      const relay = createOutboxRelay({ databaseUrl: url, topology: 'wells', producer, ...options });
      t.teardown(() => relay.close());
      return relay;
    },
    /** Commits of one task, each with these many messages; ids are `<task>-<commit>-<n>`. */
    async commit(task: number, counts: readonly number[], valueBytes = 1): Promise<string[]> {
      const ids: string[] = [];
      let claim = await committer.claim('wells', task, [sampleTopic]);
      for (const count of counts) {
        const commitNumber = claim.commitNumber + 1;
        const outbox = Array.from({ length: count }, (_, n) => ({
          messageId: `${task}-${commitNumber}-${n}`,
          topic: 'balancin.alerts.v1',
          key: `k${n % 2}`,
          value: n === 0 ? null : Buffer.alloc(valueBytes, n),
        }));
        ids.push(...outbox.map((m) => m.messageId));
        const outcome = await committer.commit([sampleCommit({ claim, pool, rows: 1, outbox })]);
        t.is(outcome.get(task), 'committed');
        claim = await committer.claim('wells', task, [sampleTopic]);
      }
      return ids;
    },
    async left(): Promise<number> {
      return (
        (await client.query<{ n: number }>('SELECT count(*)::int AS n FROM balancin.outbox')).rows[0]?.n ?? -1
      );
    },
  };
}

test('messages are sent in order of commit and place, key, value and id with them, and are gone after', async (t) => {
  const b = await bed(t);
  const ids = await b.commit(3, [3, 12, 1]);
  const producer = new ListProducer();
  t.is(await b.relay(producer, { batchMessagesMax: 5 }).drain(3), 16);
  t.deepEqual(producer.ids, ids);
  t.deepEqual(
    producer.batches.map((batch) => batch.length),
    [5, 5, 5, 1],
  );
  t.like(producer.batches[0]?.[0], { topic: 'balancin.alerts.v1', key: 'k0', value: null });
  t.like(producer.batches[0]?.[1], { key: 'k1', value: Buffer.of(1) });
  t.is(await b.left(), 0);
});

test("one task's relay leaves the others' messages where they are", async (t) => {
  const b = await bed(t);
  await b.commit(1, [2]);
  const ids = await b.commit(2, [2]);
  const producer = new ListProducer();
  t.is(await b.relay(producer).drain(2), 2);
  t.deepEqual(producer.ids, ids);
  t.is(await b.left(), 2);
});

test('a batch is limited in bytes, and a message beyond the limit goes alone', async (t) => {
  const b = await bed(t);
  await b.commit(3, [4], 1000);
  const producer = new ListProducer();
  await b.relay(producer, { batchBytesMax: 999 }).drain(3);
  // The first has no value, so it has no bytes; each of the others is over the limit by itself.
  t.deepEqual(
    producer.batches.map((batch) => batch.length),
    [1, 1, 1, 1],
  );
  await b.commit(3, [5], 1000);
  const again = new ListProducer();
  await b.relay(again, { batchBytesMax: 2000 }).drain(3);
  t.deepEqual(
    again.batches.map((batch) => batch.length),
    [3, 2],
  );
});

for (const step of relaySteps) {
  test(`a relay that dies before '${step}' loses nothing, keeps the order, and repeats at most one batch`, async (t) => {
    const b = await bed(t);
    const ids = await b.commit(3, [4, 4]);
    const producer = new ListProducer();
    let steps = 0;
    const dying = b.relay(producer, {
      batchMessagesMax: 3,
      onStep: (at) => {
        if (at === step && ++steps === 2) throw new Error('died');
      },
    });
    await t.throwsAsync(dying.drain(3));
    await b.relay(producer, { batchMessagesMax: 3 }).drain(3);
    const first = [...new Set(producer.ids)];
    t.deepEqual(first, ids);
    t.is(producer.ids.length - first.length, step === 'delete' ? 3 : 0);
    t.is(await b.left(), 0);
  });
}

test('a log that cannot be reached keeps the messages for the next time', async (t) => {
  const b = await bed(t);
  const ids = await b.commit(3, [3]);
  const producer = new ListProducer();
  producer.fail = new BalancinError('LOG_UNAVAILABLE', 'no broker');
  const relay = b.relay(producer);
  const error = await t.throwsAsync(relay.drain(3), { instanceOf: BalancinError });
  t.is(error.code, 'LOG_UNAVAILABLE');
  t.is(await b.left(), 3);
  producer.fail = null;
  t.is(await relay.drain(3), 3);
  t.deepEqual(producer.ids, ids);
});

test('of two relays on one task one sends and the other steps back; calls on one relay queue', async (t) => {
  const b = await bed(t);
  const ids = await b.commit(3, [40]);
  const producer = new ListProducer();
  const [one, other] = [
    b.relay(producer, { batchMessagesMax: 3 }),
    b.relay(producer, { batchMessagesMax: 3 }),
  ];
  const sent = await Promise.all([one.drain(3), other.drain(3), one.drain(3), other.drain(3)]);
  t.is(
    sent.reduce<number>((sum, each) => sum + (each === 'taken' ? 0 : each), 0),
    40,
  );
  t.deepEqual(producer.ids, ids);
});

test('a relay whose session is lost while it sends deletes nothing, and its lock is gone', async (t) => {
  const b = await bed(t);
  const ids = await b.commit(3, [2]);
  const producer = new ListProducer();
  const relay = b.relay(producer, {
    onStep: async (step) => {
      if (step !== 'delete' || producer.batches.length > 1) return;
      await b.client.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'balancin-worker relay' AND datname = current_database()",
      );
    },
  });
  const error = await t.throwsAsync(relay.drain(3), { instanceOf: BalancinError });
  t.is(error.code, 'DATABASE_UNAVAILABLE');
  t.is(await b.left(), 2);
  t.is(await relay.drain(3), 2);
  t.deepEqual(producer.ids, [...ids, ...ids]);
});

test('what commits while a drain is under way is sent by it or by the next, never skipped', async (t) => {
  const b = await bed(t);
  await b.commit(3, [3]);
  const producer = new ListProducer();
  let late: string[] = [];
  const relay = b.relay(producer, {
    batchMessagesMax: 2,
    onStep: async (step) => {
      if (step === 'send' && late.length === 0) late = await b.commit(3, [2, 2]);
    },
  });
  t.is(await relay.drain(3), 7);
  t.deepEqual(producer.ids.slice(3), late);
});
