/** Rollups say what their minute partials say, whatever order these came in. */
import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import type { TemplateRecipe } from '#ops/servers/testTemplate.js';
import { asTenant } from '#pipelines/database/asTenant.js';
import { createPool } from '#pipelines/database/pool.js';
import {
  insertPartials,
  type Partial1m,
  readSeeded,
  type SeededTenant,
  seedTenant,
} from '../tenants/seedTenant.fixture.js';
import { markDirtyHours } from './markDirtyHours.js';
import { rollUp } from './rollUp.js';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Date.parse('2026-05-10T22:00:00Z');

interface Stage {
  readonly pool: Pool;
  readonly tenant: SeededTenant;
}

const acme: TemplateRecipe = {
  ...migrated,
  name: 'jobs_rollup',
  async build(url) {
    await migrated.build(url);
    const pool = createPool({ databaseUrl: url });
    await seedTenant(pool, { slug: 'acme', wells: ['W1', 'W2', 'W3'] });
    await pool.end();
  },
};

async function stage(t: ExecutionContext): Promise<Stage> {
  const { url } = await testDatabase(t, { template: acme });
  const pool = createPool({ databaseUrl: url, connectionsMax: 8 });
  t.teardown(() => pool.end());
  return { pool, tenant: await readSeeded(pool, 'acme') };
}

/** Values k/8: sums of them are exact in any order. */
function partial(of: {
  readonly wellId: number;
  readonly tagId: number;
  readonly minute: number;
  readonly task?: number;
  readonly commit?: number;
  readonly seed?: number;
}): Partial1m {
  const seed = of.seed ?? of.minute * 7 + of.wellId;
  const eighths = (k: number): number => ((k * 7_919) % 4_001) / 8 - 250;
  const good = seed % 6;
  const values = Array.from({ length: good }, (_, i) => eighths(seed * 13 + i));
  return {
    bucketMs: startMs + of.minute * minuteMs,
    wellId: of.wellId,
    tagId: of.tagId,
    samples: good + (seed % 3),
    good,
    flags: (good > 0 ? 1 : 0) | (seed % 3 > 0 ? 1 << (4 + (seed % 3)) : 0),
    sum: values.reduce((sum, value) => sum + value, 0),
    sumSquares: values.reduce((sum, value) => sum + value * value, 0),
    min: good > 0 ? Math.min(...values) : null,
    max: good > 0 ? Math.max(...values) : null,
    first: values[0] ?? null,
    last: values[good - 1] ?? null,
    firstMs: good > 0 ? (seed * 37) % 20_000 : 0,
    lastMs: good > 0 ? 20_000 + ((seed * 41) % 30_000) : 0,
    task: of.task ?? 0,
    commit: of.commit ?? 1,
  };
}

interface Merged {
  bucketMs: number;
  wellId: number;
  tagId: number;
  samples: number;
  good: number;
  flags: number;
  sum: number;
  sumSquares: number;
  min: number | null;
  max: number | null;
  first: number | null;
  last: number | null;
  firstMs: number;
  lastMs: number;
}

/** The merging rules of windowAggregate.ts once more, a row at a time and in memory. */
function mergedBy(partials: readonly Partial1m[], widthMs: number): Merged[] {
  const merged = new Map<string, Merged>();
  for (const row of partials) {
    const bucketMs = Math.floor(row.bucketMs / widthMs) * widthMs;
    const key = `${bucketMs}/${row.wellId}/${row.tagId}`;
    const firstMs = row.bucketMs - bucketMs + row.firstMs;
    const lastMs = row.bucketMs - bucketMs + row.lastMs;
    const into = merged.get(key);
    if (into === undefined) {
      const { task: _task, commit: _commit, ...rest } = row;
      const times = row.good > 0 ? { firstMs, lastMs } : { firstMs: 0, lastMs: 0 };
      merged.set(key, { ...rest, ...times, bucketMs });
      continue;
    }
    const isFirst =
      into.good === 0 ||
      firstMs < into.firstMs ||
      (firstMs === into.firstMs && (row.first ?? 0) < (into.first ?? 0));
    const isLast =
      into.good === 0 ||
      lastMs > into.lastMs ||
      (lastMs === into.lastMs && (row.last ?? 0) > (into.last ?? 0));
    if (row.good > 0) {
      into.min = Math.min(into.min ?? Infinity, row.min ?? Infinity);
      into.max = Math.max(into.max ?? -Infinity, row.max ?? -Infinity);
      if (isFirst) [into.first, into.firstMs] = [row.first, firstMs];
      if (isLast) [into.last, into.lastMs] = [row.last, lastMs];
    }
    into.samples += row.samples;
    into.good += row.good;
    into.flags |= row.flags;
    into.sum += row.sum;
    into.sumSquares += row.sumSquares;
  }
  return sorted([...merged.values()]);
}

function sorted(rows: Merged[]): Merged[] {
  return rows.sort((a, b) => a.bucketMs - b.bucketMs || a.wellId - b.wellId || a.tagId - b.tagId);
}

async function stored({ pool, tenant }: Stage, table: 'reading_1h' | 'reading_1d'): Promise<Merged[]> {
  const { rows } = await pool.query<Merged>(
    `select (extract(epoch from bucket) * 1000)::float8 as "bucketMs", well_id as "wellId", tag_id as "tagId",
            samples, good, flags, sum, sum_squares as "sumSquares", min, max, first, last,
            first_ms as "firstMs", last_ms as "lastMs"
     from ${tenant.schema}.${table}`,
  );
  return sorted(rows);
}

async function agrees(t: ExecutionContext, on: Stage, partials: readonly Partial1m[]): Promise<void> {
  t.deepEqual(await stored(on, 'reading_1h'), mergedBy(partials, hourMs));
  t.deepEqual(await stored(on, 'reading_1d'), mergedBy(partials, dayMs));
}

/** Minutes of several signals over four hours around midnight, some with two or three parts. */
function manyPartials(tenant: SeededTenant): Partial1m[] {
  const partials: Partial1m[] = [];
  for (const wellId of tenant.wellIds) {
    for (const tagId of [1, 2]) {
      for (let minute = 0; minute < 240; minute += 1 + (wellId % 3)) {
        const parts = 1 + (minute % 3);
        for (let part = 0; part < parts; part++) {
          partials.push(
            partial({ wellId, tagId, minute, seed: minute * 31 + part * 7 + wellId, task: wellId % 2 }),
          );
        }
      }
    }
  }
  return partials;
}

test('hours and days are the merge of their minutes, by an independent reckoning', async (t) => {
  const on = await stage(t);
  const partials = manyPartials(on.tenant);
  await insertPartials(on.pool, on.tenant.schema, partials);
  // Three signals' hours a transaction: many batches must come out as one would.
  const result = await rollUp(on.pool, 'acme', { rowsMax: 3 });
  t.deepEqual(result, { hours: 3 * 2 * 4, days: 3 * 2 * 2 });
  await agrees(t, on, partials);
});

test('a second run finds nothing to do, and changes nothing', async (t) => {
  const on = await stage(t);
  const partials = manyPartials(on.tenant);
  await insertPartials(on.pool, on.tenant.schema, partials);
  await rollUp(on.pool, 'acme');
  t.deepEqual(await rollUp(on.pool, 'acme'), { hours: 0, days: 0 });
  await agrees(t, on, partials);
});

test('a late partial makes exactly its hour and day anew', async (t) => {
  const on = await stage(t);
  const partials = manyPartials(on.tenant);
  await insertPartials(on.pool, on.tenant.schema, partials);
  await rollUp(on.pool, 'acme');
  const late = partial({ wellId: on.tenant.wellIds[0] ?? 0, tagId: 2, minute: 17, seed: 5, commit: 2 });
  await insertPartials(on.pool, on.tenant.schema, [late]);
  t.deepEqual(await rollUp(on.pool, 'acme'), { hours: 1, days: 1 });
  await agrees(t, on, [...partials, late]);
});

// task 1: ────[ insert c1 ················ commit ]
// task 2: ──────────[ insert, commit c9 ]
// rollup: ────────────────────────────────▲────────▲
test('a commit that ends after one with a greater cycle is not missed', async (t) => {
  const on = await stage(t);
  const [wellId = 0] = on.tenant.wellIds;
  const slow = partial({ wellId, tagId: 1, minute: 3, task: 1, commit: 1, seed: 5 });
  const fast = partial({ wellId, tagId: 1, minute: 4, task: 2, commit: 9, seed: 11 });
  const client = await on.pool.connect();
  await client.query('begin');
  await insertPartials(client, on.tenant.schema, [slow]);
  await insertPartials(on.pool, on.tenant.schema, [fast]);
  await rollUp(on.pool, 'acme');
  await agrees(t, on, [fast]);
  await client.query('commit');
  client.release();
  await rollUp(on.pool, 'acme');
  await agrees(t, on, [slow, fast]);
});

test('a task that was never seen is found below, between and above the known ones', async (t) => {
  const on = await stage(t);
  const [wellId = 0] = on.tenant.wellIds;
  const all: Partial1m[] = [];
  for (const task of [5, 9, 7, 0, 120, 6]) {
    const row = partial({ wellId, tagId: 1, minute: task, task, commit: 1_000 - task, seed: task * 6 + 5 });
    all.push(row);
    await insertPartials(on.pool, on.tenant.schema, [row]);
    t.deepEqual(await rollUp(on.pool, 'acme'), { hours: 1, days: 1 });
  }
  await agrees(t, on, all);
});

test('a rollup killed between looking and merging loses nothing', async (t) => {
  const on = await stage(t);
  const partials = manyPartials(on.tenant);
  await insertPartials(on.pool, on.tenant.schema, partials);
  await asTenant(on.pool, 'acme', markDirtyHours);
  t.deepEqual(await stored(on, 'reading_1h'), []);
  await rollUp(on.pool, 'acme');
  await agrees(t, on, partials);
});

test('rollups and commits at the same time end in the same rows', async (t) => {
  const on = await stage(t);
  const all = manyPartials(on.tenant).map((row, i) => ({
    ...row,
    task: i % 4,
    commit: 1 + Math.floor(i / 40),
  }));
  const commits = async (task: number): Promise<void> => {
    const mine = all.filter((row) => row.task === task);
    for (const commit of [...new Set(mine.map((row) => row.commit))].sort((a, b) => a - b)) {
      await insertPartials(
        on.pool,
        on.tenant.schema,
        mine.filter((row) => row.commit === commit),
      );
    }
  };
  const rollups = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) await rollUp(on.pool, 'acme', { rowsMax: 5 });
  };
  await Promise.all([commits(0), commits(1), commits(2), commits(3), rollups(), rollups()]);
  await rollUp(on.pool, 'acme');
  await agrees(t, on, all);
});

test('a stop is obeyed between two batches', async (t) => {
  const on = await stage(t);
  await insertPartials(on.pool, on.tenant.schema, manyPartials(on.tenant));
  await t.throwsAsync(rollUp(on.pool, 'acme', { signal: AbortSignal.abort(new Error('stop')) }), {
    message: 'stop',
  });
  t.deepEqual(await stored(on, 'reading_1h'), []);
});
