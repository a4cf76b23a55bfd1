/** The cache of writer schemas: what it remembers, for how long, how much. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { SchemaCache, type SchemaCacheOptions } from './schemaCache.js';
import type { SchemaRegistry } from './schemaRegistry.js';

/** A registry that holds ids below 1,000, counts what it is asked and can be away. */
function setUp(options: Partial<SchemaCacheOptions> = {}) {
  const asked: number[] = [];
  const state = { nowMs: 1_000, away: false, holds: (id: number) => id < 1_000 };
  const registry: SchemaRegistry = {
    register: async () => 0,
    async fetch(id) {
      asked.push(id);
      if (state.away) throw new BalancinError('REGISTRY_UNAVAILABLE', 'away');
      return state.holds(id) ? `"schema ${id}"` : null;
    },
    close: async () => {},
  };
  const cache = new SchemaCache(registry, options, () => state.nowMs);
  return { cache, asked, state };
}

test('a schema is asked for once and then at hand', async (t) => {
  const { cache, asked } = setUp();
  t.is(cache.lookup(7), undefined);
  t.is(await cache.load(7), '"schema 7"');
  t.is(cache.lookup(7), '"schema 7"');
  t.is(await cache.load(7), '"schema 7"');
  t.deepEqual(asked, [7]);
});

test('many that ask for one schema at once make one question', async (t) => {
  const { cache, asked } = setUp();
  const answers = await Promise.all([1, 1, 1, 2].map((id) => cache.load(id)));
  t.deepEqual(answers, ['"schema 1"', '"schema 1"', '"schema 1"', '"schema 2"']);
  t.deepEqual(asked, [1, 2]);
});

test("'there is none' is believed once the registry has said so for a minute, asked again and again", async (t) => {
  const { cache, asked, state } = setUp();
  const sleep = async (ms: number) => {
    t.is(cache.lookup(2_000), undefined, 'not yet');
    state.nowMs += ms;
  };
  const beganMs = state.nowMs;
  await cache.settle(2_000, new AbortController().signal, sleep);
  t.is(state.nowMs - beganMs, 60_000);
  t.is(asked.length, 13, 'every 5 s');
  t.is(cache.lookup(2_000), null);
  state.nowMs += 5_000;
  t.is(cache.lookup(2_000), undefined, 'it may be registered by now');
  await cache.settle(2_000, new AbortController().signal, sleep);
  t.is(cache.lookup(2_000), null, 'but one answer more is enough');
  state.nowMs += 5_000;
  state.holds = () => true;
  await cache.settle(2_000, new AbortController().signal, sleep);
  t.is(cache.lookup(2_000), '"schema 2000"');
  t.is(cache.unknownForMs(2_000), 0);
});

test('time in which the registry could not be asked does not count towards the minute', async (t) => {
  const { cache, state } = setUp();
  t.is(await cache.load(2_000), null);
  state.nowMs += 5_000;
  state.away = true;
  await t.throwsAsync(cache.load(2_000), { code: 'REGISTRY_UNAVAILABLE' });
  state.nowMs += 3_600_000;
  state.away = false;
  t.is(await cache.load(2_000), null);
  t.is(cache.lookup(2_000), undefined);
  t.is(cache.unknownForMs(2_000), 10_000);
});

test('a schema of a kind that is not read here is told at once: waiting would not change it', async (t) => {
  const registry: SchemaRegistry = {
    register: async () => 0,
    fetch: async () => {
      throw new BalancinError('DATA_INVALID', 'of type PROTOBUF');
    },
    close: async () => {},
  };
  const cache = new SchemaCache(registry, {}, () => 1_000);
  await cache.settle(7, new AbortController().signal, async () => t.fail('nothing to wait for'));
  t.is(cache.lookup(7), null);
});

test('a wait for a schema ends when the thread is stopped', async (t) => {
  const { cache } = setUp();
  const stop = new AbortController();
  await cache.settle(2_000, stop.signal, async () => stop.abort());
  t.is(cache.lookup(2_000), undefined);
});

test('a registry that cannot be asked is no answer: nothing is remembered', async (t) => {
  const { cache, asked, state } = setUp();
  state.away = true;
  await t.throwsAsync(cache.load(7), { code: 'REGISTRY_UNAVAILABLE' });
  t.is(cache.lookup(7), undefined);
  t.is(cache.unknownForMs(7), 0);
  state.away = false;
  t.is(await cache.load(7), '"schema 7"');
  t.deepEqual(asked, [7, 7]);
});

test('at its limit the cache forgets the schema used longest ago', async (t) => {
  const { cache } = setUp({ schemasMax: 3 });
  for (const id of [1, 2, 3]) await cache.load(id);
  cache.lookup(1);
  await cache.load(4);
  t.is(cache.size, 3);
  t.deepEqual(
    [1, 2, 3, 4].map((id) => cache.lookup(id) !== undefined),
    [true, false, true, true],
  );
});

test('garbage ids do not fill the memory', async (t) => {
  const { cache } = setUp({ schemasMax: 10 });
  for (let id = 5_000; id < 5_100; id += 1) await cache.load(id);
  t.is(cache.size, 10);
});

test('no more than its limit of questions are under way at once', async (t) => {
  const { cache } = setUp({ loadsMax: 2 });
  const [first, second, third] = await Promise.allSettled([1, 2, 3].map((id) => cache.load(id)));
  t.is(first?.status, 'fulfilled');
  t.is(second?.status, 'fulfilled');
  t.like(third, { status: 'rejected', reason: { code: 'LIMIT_REACHED' } });
  t.is(await cache.load(3), '"schema 3"');
});
