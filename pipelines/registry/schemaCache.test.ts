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

test("'there is none' is believed for a short time only, and how long it has been said adds up", async (t) => {
  const { cache, asked, state } = setUp({ unknownMs: 5_000 });
  t.is(await cache.load(2_000), null);
  t.is(cache.unknownForMs(2_000), 0);
  state.nowMs += 4_999;
  t.is(cache.lookup(2_000), null);
  t.is(await cache.load(2_000), null);
  t.deepEqual(asked, [2_000]);
  state.nowMs += 1;
  t.is(cache.lookup(2_000), undefined);
  t.is(await cache.load(2_000), null);
  t.is(cache.unknownForMs(2_000), 5_000);
  state.nowMs += 60_000;
  state.holds = () => true;
  t.is(await cache.load(2_000), '"schema 2000"');
  t.is(cache.unknownForMs(2_000), 0);
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
