import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createTenant, type NewTenant } from '#pipelines/tenants/createTenant.js';
import { dropExpired, retentionGraceDays } from './dropExpired.js';
import { ensurePartitions, partitionsAheadDays } from './ensurePartitions.js';
import { indexClosedPartitions } from './indexClosedPartitions.js';
import { migrateTenant } from './migrate.js';
import { createPool, withClient } from './pool.js';

const dayMs = 86_400_000;

interface Stage {
  readonly url: string;
  readonly pool: Pool;
}

async function setup(t: ExecutionContext, tenant: Partial<NewTenant> = {}): Promise<Stage> {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(async () => await pool.end());
  await createTenant(pool, { slug: 'acme', name: 'x', plan: 'basico', ...tenant });
  return { url, pool };
}

async function insert(pool: Pool, atMs: number): Promise<void> {
  await pool.query(`INSERT INTO t_acme.reading_1m VALUES ($1, 1, 1, 60, 60, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1)`, [
    new Date(atMs),
  ]);
}

interface Bounds {
  readonly partition: string;
  /** -Infinity for the partition of all that is older. */
  readonly lowerMs: number;
  readonly upperMs: number;
}

async function bounds(pool: Pool, table = 'reading_1m'): Promise<Bounds[]> {
  const { rows } = await pool.query<{ partition: string; lower: number | string; upper: number }>(
    `SELECT partition, extract(epoch FROM lower)::float8 * 1000 AS lower, extract(epoch FROM upper)::float8 * 1000 AS upper
     FROM balancin.time_partitions('t_acme', $1) ORDER BY upper`,
    [table],
  );
  return rows.map((row) => ({ partition: row.partition, lowerMs: Number(row.lower), upperMs: row.upper }));
}

for (const [plan, partitionUnit] of [
  ['basico', 'day'],
  ['basico', 'week'],
  ['profesional', 'month'],
  ['enterprise', 'week'],
] as const)
  test(`partitions lie end to end from all past to weeks ahead: ${plan} by the ${partitionUnit}`, async (t) => {
    const { pool } = await setup(t, { plan, partitionUnit });
    for (const table of [
      'reading_1m',
      'reading_1h',
      'reading_1d',
      'alert',
      'anomaly',
      'shadow_alert',
      'score',
      'esp_risk',
      'rod_pump_risk',
    ]) {
      const all = await bounds(pool, table);
      t.is(all[0]?.lowerMs, -Infinity);
      all.slice(1).forEach((one, n) => t.is(one.lowerMs, all[n]?.upperMs ?? 0));
      t.true((all.at(-1)?.upperMs ?? 0) >= Date.now() + (partitionsAheadDays - 1) * dayMs);
      t.true(all.length <= 170, `${table}: ${all.length}`);
    }
  });

test('a row of any time between 1900 and the weeks ahead has a place', async (t) => {
  const { pool } = await setup(t);
  const days = [-46_000, -17_000, -5_000, -1_000, -400, -365, -364, -90, -60, -30, -7, -1, 0, 1, 7, 26, 51];
  for (const day of days) await insert(pool, Date.now() + day * dayMs);
  const { rows } = await pool.query('SELECT count(*) AS n FROM t_acme.reading_1m');
  t.deepEqual(rows, [{ n: days.length }]);
});

test('ensuring again makes nothing; further ahead makes what is missing, once for all who ask at once', async (t) => {
  const { pool } = await setup(t);
  t.is(await ensurePartitions(pool, 'acme'), 0);
  const before = (await bounds(pool)).length;
  const untilMs = Date.now() + 120 * dayMs;
  const made = await Promise.all(
    Array.from({ length: 4 }, async () => await ensurePartitions(pool, 'acme', untilMs)),
  );
  t.is(made.filter((n) => n > 0).length, 1);
  t.true((await bounds(pool)).length > before);
  await insert(pool, untilMs - 1);
});

test('a width that was changed holds for the partitions to come', async (t) => {
  const { pool } = await setup(t, { partitionUnit: 'week' });
  await pool.query(`UPDATE balancin.tenant SET partition_unit = 'day'`);
  const before = await bounds(pool);
  await ensurePartitions(pool, 'acme', Date.now() + 70 * dayMs);
  const added = (await bounds(pool)).slice(before.length);
  t.true(added.length > 5);
  for (const one of added) t.is(one.upperMs - one.lowerMs, dayMs);
});

test('partitions are made while a writer has the table open, and the next writer does not wait', async (t) => {
  const { url, pool } = await setup(t);
  await withClient({ databaseUrl: url }, async (writer) => {
    await writer.query('BEGIN');
    await writer.query(
      `INSERT INTO t_acme.reading_1m VALUES (now(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1)`,
    );
    await withClient({ databaseUrl: url }, async (maker) => {
      await maker.query('BEGIN');
      t.true((await ensurePartitions(maker, 'acme', Date.now() + 200 * dayMs)) > 0);
      await pool.query(`SET lock_timeout = '50ms'`);
      await insert(pool, Date.now());
      await maker.query('COMMIT');
    });
    await writer.query('COMMIT');
  });
});

test('what is past retention is dropped, and no row is ever without a place', async (t) => {
  const { url, pool } = await setup(t);
  const nowMs = Date.now() + 60 * dayMs;
  const cutoffMs = nowMs - (365 + retentionGraceDays) * dayMs;
  const before = await bounds(pool);
  for (const one of before) await insert(pool, one.upperMs - 1);
  const dropped = await withClient(
    { databaseUrl: url },
    async (client) => await dropExpired(client, 'acme', nowMs),
  );
  const after = await bounds(pool);
  const expired = before.filter((one) => one.upperMs <= cutoffMs && one.lowerMs !== -Infinity);
  t.true(expired.length > 0);
  t.deepEqual(
    dropped.filter((name) => name.startsWith('reading_1m')).toSorted(),
    expired.map((one) => one.partition).toSorted(),
  );
  t.deepEqual(
    after.slice(1),
    before.filter((one) => one.upperMs > cutoffMs),
  );
  t.deepEqual(after[0], {
    partition: 'reading_1m_past',
    lowerMs: -Infinity,
    upperMs: after[1]?.lowerMs ?? 0,
  });
  const { rows } = await pool.query<{ n: number }>('SELECT count(*) AS n FROM t_acme.reading_1m');
  t.is(rows[0]?.n, after.length - 1);
  await insert(pool, cutoffMs - 300 * dayMs);
  t.deepEqual(
    await withClient({ databaseUrl: url }, async (client) => await dropExpired(client, 'acme', nowMs)),
    [],
  );
});

test('a plan without an end keeps everything', async (t) => {
  const { url } = await setup(t, { plan: 'enterprise' });
  const nowMs = Date.now() + 3_000 * dayMs;
  t.deepEqual(
    await withClient({ databaseUrl: url }, async (client) => await dropExpired(client, 'acme', nowMs)),
    [],
  );
});

test('dropping waits for an open writer and lets the others write on', async (t) => {
  const { url, pool } = await setup(t);
  const nowMs = Date.now() + 60 * dayMs;
  let dropping: Promise<string[]> | undefined;
  await withClient({ databaseUrl: url }, async (writer) => {
    await writer.query('BEGIN');
    await writer.query(
      `INSERT INTO t_acme.reading_1m VALUES (now(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1)`,
    );
    let isDone = false;
    dropping = withClient(
      { databaseUrl: url, name: 'dropper' },
      async (client) => await dropExpired(client, 'acme', nowMs),
    );
    void dropping.then(() => (isDone = true));
    const isWaiting = `SELECT FROM pg_stat_activity WHERE application_name = 'dropper' AND wait_event_type = 'Lock'
      AND query LIKE '%reading_1m_%' AND datname = current_database()`;
    while ((await pool.query(isWaiting)).rowCount === 0) await sleep(20);
    await pool.query(`SET lock_timeout = '50ms'`);
    for (const day of [-30, -1, 0, 20]) await insert(pool, Date.now() + day * dayMs);
    t.false(isDone);
    await writer.query('COMMIT');
  });
  t.true((await dropping)?.some((name) => name.startsWith('reading_1m')));
});

test('a drop that was cut short is finished by the next one', async (t) => {
  const { url, pool } = await setup(t);
  const leaf = (await bounds(pool))[1]?.partition ?? '';
  // Cut short after the first phase of DETACH … CONCURRENTLY: pending. It needs an open transaction to be waiting for.
  await withClient({ databaseUrl: url }, async (writer) => {
    await writer.query('BEGIN');
    await writer.query('SELECT count(*) FROM t_acme.reading_1m');
    await withClient({ databaseUrl: url, statementTimeoutMs: 300 }, async (client) => {
      await t.throwsAsync(
        client.query(`ALTER TABLE t_acme.reading_1m DETACH PARTITION t_acme.${leaf} CONCURRENTLY`),
        {
          code: '57014',
        },
      );
    });
    await writer.query('COMMIT');
  });
  // Another, after the past was detached and not yet made again.
  await pool.query('ALTER TABLE t_acme.score DETACH PARTITION t_acme.score_past');
  await withClient({ databaseUrl: url }, async (client) => await dropExpired(client, 'acme'));
  const all = await bounds(pool);
  t.false(all.some((one) => one.partition === leaf));
  t.is((await bounds(pool, 'score'))[0]?.lowerMs, -Infinity);
  const { rows } = await pool.query(`SELECT to_regclass($1) AS leaf`, [`t_acme.${leaf}`]);
  t.deepEqual(rows, [{ leaf: null }]);
});

test('a closed partition gets its index by well once it has rows; an open one stays fast to fill', async (t) => {
  const { url, pool } = await setup(t);
  const all = await bounds(pool);
  const closed = all.find((one) => one.upperMs < Date.now() - 10 * dayMs && one.lowerMs !== -Infinity);
  await insert(pool, Date.now());
  await insert(pool, (closed?.upperMs ?? 0) - 1);
  const index = async (): Promise<string[]> =>
    await withClient({ databaseUrl: url }, async (client) => await indexClosedPartitions(client, 'acme'));
  t.deepEqual(await index(), [closed?.partition]);
  t.deepEqual(await index(), []);
  // A build that was cut short leaves an invalid index; the next call builds it again.
  await pool.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass`, [
    `t_acme.${closed?.partition}_by_well`,
  ]);
  t.deepEqual(await index(), [closed?.partition]);
  const { rows } = await pool.query<{ plan: string }>(
    `SELECT indexdef AS plan FROM pg_indexes WHERE schemaname = 't_acme' AND tablename = $1 AND indexdef LIKE '%btree%'`,
    [closed?.partition],
  );
  t.is(rows.length, 1);
  t.regex(rows[0]?.plan ?? '', /\(well_id, tag_id, bucket\)$/);
});

test('the merged view adds partials up: extremes, flags, first and last by their times, ties by value', async (t) => {
  const { pool } = await setup(t);
  await pool.query(`INSERT INTO t_acme.site (name, timezone) VALUES ('s', 'UTC');
    INSERT INTO t_acme.well (site_id, name, lift_type) VALUES (1, 'W', 'esp')`);
  const { rows: ids } = await pool.query<{ well: number; tag: number }>(
    `SELECT (SELECT well_id FROM t_acme.well) AS well, (SELECT tag_id FROM t_acme.tag WHERE tag = 'esp.pip') AS tag`,
  );
  const partials = [
    // samples, good, flags, sum, sum of squares, min, max, first, last, first ms, last ms
    [10, 9, 0b1, 90, 1000, 5, 20, 7, 8, 100, 5_000],
    [5, 5, 0b10, 10, 30, 1, 4, 3, 2, 50, 50_000],
    [1, 1, 0b1, 3, 9, 3, 3, 2.5, 3, 50, 50_000],
    [4, 0, 0b1000, 0, 0, null, null, null, null, 0, 0],
  ];
  for (const partial of partials)
    await pool.query(
      `INSERT INTO t_acme.reading_1m VALUES ('2026-01-01 00:00Z', $12, $13, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`,
      [...partial, ids[0]?.well, ids[0]?.tag],
    );
  const { rows } = await pool.query(
    `SELECT site, well, tag, unit, samples, good, flags, sum, sum_squares, min, max, first, last, first_ms, last_ms, partials
     FROM t_acme.reading_1m_merged WHERE bucket = '2026-01-01 00:00Z'`,
  );
  t.deepEqual(rows, [
    {
      site: 's',
      well: 'W',
      tag: 'esp.pip',
      unit: 'kPa',
      samples: 20,
      good: 15,
      flags: 0b1011,
      sum: 103,
      sum_squares: 1039,
      min: 1,
      max: 20,
      first: 2.5,
      last: 3,
      first_ms: 50,
      last_ms: 50_000,
      partials: 4,
    },
  ]);
});

test('a time table that a later migration adds gets partitions and rights when the tenant is migrated', async (t) => {
  const { url, pool } = await setup(t);
  await pool.query(`INSERT INTO balancin.time_table VALUES ('card', 'at', 'month')`);
  await pool.query(
    `CREATE TABLE t_acme.card (at timestamptz NOT NULL); SELECT balancin.keep_by_time('t_acme', 'card')`,
  );
  await t.throwsAsync(pool.query('INSERT INTO t_acme.card VALUES (now())'), { code: '23514' });
  await migrateTenant(url, 'acme');
  await pool.query('INSERT INTO t_acme.card VALUES (now())');
  const { rows } = await pool.query(
    `SELECT has_table_privilege('balancin_t_acme', 't_acme.card', 'SELECT') AS may`,
  );
  t.deepEqual(rows, [{ may: true }]);
});
