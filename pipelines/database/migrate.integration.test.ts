import test, { type ExecutionContext } from 'ava';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { anomaly } from '#schemas/tables/anomaly.js';
import { dailyProduction } from '#schemas/tables/dailyProduction.js';
import { deadLetter } from '#schemas/tables/deadLetter.js';
import { deadLetterOutcome } from '#schemas/tables/deadLetterOutcome.js';
import { outbox } from '#schemas/tables/outbox.js';
import { reading1d } from '#schemas/tables/reading1d.js';
import { reading1h } from '#schemas/tables/reading1h.js';
import { reading1m } from '#schemas/tables/reading1m.js';
import { shadowAlert, shadowAnomaly } from '#schemas/tables/shadow.js';
import { score } from '#schemas/tables/score.js';
import type { Table } from '#schemas/tables/table.js';
import { migrateAllTenants, migrateControl, migrateTenant } from './migrate.js';
import { createPool, withClient } from './pool.js';
import { requireMigrated } from './requireMigrated.js';

/** A database with the tenant `acme`. */
async function setup(t: ExecutionContext) {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(async () => await pool.end());
  await createTenant(pool, { slug: 'acme', name: 'x', plan: 'basico' });
  return { url, pool };
}

const described: readonly Table[] = [
  reading1m,
  reading1h,
  reading1d,
  anomaly,
  shadowAnomaly,
  shadowAlert,
  score,
  dailyProduction,
  deadLetter,
  deadLetterOutcome,
  outbox,
];

test('a migrated table is as its description says: columns, types, nullability', async (t) => {
  const { pool } = await setup(t);
  // COPY names its columns: those that were added later stand last in the table, and where they belong in the description.
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
  for (const table of described) {
    const schema = table.scope === 'control' ? 'balancin' : 't_acme';
    const { rows } = await pool.query(
      `SELECT a.attname AS name, t.typname AS type, NOT a.attnotnull AS nullable
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''`,
      [`${schema}.${table.name}`],
    );
    t.deepEqual(rows.toSorted(byName), table.columns.toSorted(byName), table.name);
    const { rows: kept } = await pool.query<{ time_column: string }>(
      `SELECT time_column FROM balancin.time_table WHERE name = $1`,
      [table.name],
    );
    t.is(kept[0]?.time_column, table.timeColumn, table.name);
  }
});

test('every table and view of a tenant says what it is for', async (t) => {
  const { pool } = await setup(t);
  const { rows } = await pool.query(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 't_acme' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
       AND c.relname <> 'migration' AND obj_description(c.oid) IS NULL`,
  );
  t.deepEqual(rows, []);
});

test('migrating again does nothing, for the control schema and for every tenant', async (t) => {
  const { url } = await setup(t);
  t.deepEqual(await migrateControl(url), []);
  t.deepEqual(await migrateAllTenants(url), new Map([['acme', []]]));
});

test('several that migrate one database at once do it once', async (t) => {
  const { url } = await testDatabase(t);
  const done = await Promise.all([migrateControl(url), migrateControl(url), migrateControl(url)]);
  t.is(done.filter((names) => names.length > 0).length, 1);
});

test('databases of one server may make the same roles at once', async (t) => {
  const urls = await Promise.all(
    Array.from({ length: 4 }, async () => (await testDatabase(t, { template: migrated })).url),
  );
  const slug = `race_${process.pid}`;
  await Promise.all(
    urls.map(async (url) => {
      const pool = createPool({ databaseUrl: url });
      try {
        await createTenant(pool, { slug, name: 'x', plan: 'basico' });
      } finally {
        await pool.end();
      }
    }),
  );
  const { rows } = await withClient(
    { databaseUrl: urls[0] ?? '' },
    async (client) =>
      await client.query('SELECT count(*) AS roles FROM pg_roles WHERE rolname = $1', [`balancin_t_${slug}`]),
  );
  t.deepEqual(rows, [{ roles: 1 }]);
});

test('a database of a newer version is refused in one line that says what to do, and is not changed', async (t) => {
  const { url, pool } = await setup(t);
  await pool.query(`INSERT INTO balancin.migration (name, run_on) VALUES ('9000_future', now())`);
  await pool.query(`INSERT INTO t_acme.migration (name, run_on) VALUES ('9001_future', now())`);
  await pool.query(`DELETE FROM t_acme.migration WHERE name = '0014_production'`);
  const control = await t.throwsAsync(migrateControl(url), { code: 'DATABASE_NEWER' });
  t.regex(control.message, /^[^\n]*newer[^\n]*9000_future[^\n]*update this installation$/);
  await pool.query(`DELETE FROM balancin.migration WHERE name = '9000_future'`);
  await t.throwsAsync(migrateTenant(url, 'acme'), {
    code: 'DATABASE_NEWER',
    message: /t_acme holds 9001_future/,
  });
  const { rows } = await pool.query(
    `SELECT count(*) AS done FROM t_acme.migration WHERE name = '0014_production'`,
  );
  t.deepEqual(rows, [{ done: 0 }]);
});

test('whoever works on a database requires it migrated: not older, not newer', async (t) => {
  const { url, pool } = await setup(t);
  await requireMigrated(url);
  await pool.query(`DELETE FROM balancin.migration WHERE name = '0011_dead_letter'`);
  await t.throwsAsync(requireMigrated(url), {
    code: 'INCOMPATIBLE',
    message: /lacks 1 migrations, 0011_dead_letter first\): run balancin migrate$/,
  });
  await pool.query(`INSERT INTO balancin.migration (name, run_on) VALUES ('9000_future', now())`);
  await t.throwsAsync(requireMigrated(url), { code: 'DATABASE_NEWER' });
  const empty = await testDatabase(t);
  await t.throwsAsync(requireMigrated(empty.url), { code: 'INCOMPATIBLE', message: /run balancin migrate/ });
});

test('a database that cannot be used is named, without its password', async (t) => {
  const { url } = await testDatabase(t);
  const wrong = (change: (at: URL) => void): string => {
    const at = new URL(url);
    change(at);
    return at.href;
  };
  const cases = [
    [wrong((at) => (at.port = '1')), 'DATABASE_UNAVAILABLE'],
    [wrong((at) => (at.pathname = '/no_such_database')), 'NOT_FOUND'],
    [wrong((at) => (at.password = 'wr0ng-secret')), 'AUTHENTICATION'],
  ] as const;
  for (const [bad, code] of cases) {
    const error = await t.throwsAsync(migrateControl(bad), { code });
    t.regex(error.message, /^PostgreSQL at 127\.0\.0\.1:\d+[^\n]+$/);
    t.false(error.message.includes(new URL(bad).password));
  }
});

test('a tenant that does not exist is not migrated', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  await t.throwsAsync(migrateTenant(url, 'nobody'), { code: 'NOT_FOUND' });
});

test('an integer of the database is a number, and one that would lose digits is an error', async (t) => {
  const { pool } = await setup(t);
  const { rows } = await pool.query(
    `SELECT 9007199254740991::int8 AS one, '{1,NULL,-3}'::int8[] AS many, '{}'::int8[] AS none`,
  );
  t.deepEqual(rows, [{ one: Number.MAX_SAFE_INTEGER, many: [1, null, -3], none: [] }]);
  await t.throwsAsync(pool.query('SELECT 9007199254740992::int8'), { code: 'BUG' });
});
