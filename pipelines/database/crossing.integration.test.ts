/** Tries to reach what a role must not reach. */
import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import { asTenant } from './asTenant.js';
import { createPool, withClient } from './pool.js';
import { bridgeRole, serveRole, workerRole } from './tenantNames.js';

const denied = '42501';

interface Stage {
  readonly url: string;
  readonly owner: Pool;
  /** As production serves: a login that is nothing but a member of `balancin_serve`. */
  readonly serving: Pool;
}

/** Tenants `one` and `two`, each with a well `W` of its own. */
async function setup(t: ExecutionContext): Promise<Stage> {
  const { url } = await testDatabase(t, { template: migrated });
  const owner = createPool({ databaseUrl: url });
  const login = `login_${new URL(url).pathname.slice(1)}`;
  await owner.query(`CREATE ROLE ${login} LOGIN NOINHERIT PASSWORD 'x' IN ROLE ${serveRole}`);
  const at = new URL(url);
  [at.username, at.password] = [login, 'x'];
  const serving = createPool({ databaseUrl: at.href, connectionsMax: 1 });
  t.teardown(async () => {
    await serving.end();
    await owner.query(`DROP ROLE ${login}`);
    await owner.end();
  });
  for (const tenant of ['one', 'two']) {
    await createTenant(owner, { slug: tenant, name: 'x', plan: 'basico' });
    await createSite(owner, { tenant, name: `site_${tenant}` });
    await createWell(owner, { tenant, site: `site_${tenant}`, name: 'W', liftType: 'esp' });
  }
  return { url, owner, serving };
}

async function run(pool: Pool, sql: string): Promise<unknown> {
  return await asTenant(pool, 'one', async (client) => await client.query(sql));
}

test('a tenant reads its own tables by their bare names, and writes what its jobs make', async (t) => {
  const { serving } = await setup(t);
  const rows = await asTenant(serving, 'one', async (client) => {
    await client.query(
      `INSERT INTO reading_1h VALUES (date_trunc('hour', now()), 1, 1, 60, 60, 1, 1, 1, 1, 1, 1, 1, 0, 0)`,
    );
    return (await client.query(`SELECT name, (SELECT count(*) FROM reading_1h) AS hours FROM site`)).rows;
  });
  t.deepEqual(rows, [{ name: 'site_one', hours: 1 }]);
});

for (const sql of [
  'SELECT * FROM t_two.site',
  'SELECT * FROM t_two.reading_1m',
  'SELECT * FROM t_two.reading_1m_merged',
  'SELECT * FROM t_two.reading_1m_past',
  'SELECT * FROM reading_1m_past',
  'INSERT INTO t_two.reading_1h SELECT * FROM reading_1h',
  'SELECT * FROM balancin.tenant',
  'SELECT * FROM balancin.api_key',
  'SELECT * FROM balancin.tenant_terms',
  'SELECT * FROM balancin.dead_letter',
  `SELECT balancin.read_directory('two', 'default', NULL)`,
  `SELECT balancin.read_key('x')`,
  `SELECT nextval('balancin.well_id_seq')`,
  'DELETE FROM reading_1m',
  `UPDATE well SET name = 'V'`,
  'INSERT INTO site (name, timezone) VALUES (1, 1)',
  'DROP TABLE score',
  'TRUNCATE reading_1h',
  'CREATE TABLE t_one.mine (n int)',
  'CREATE SCHEMA mine',
  'CREATE TEMPORARY TABLE well (n int)',
  'ALTER ROLE balancin_t_one SUPERUSER',
  'GRANT balancin_t_two TO balancin_t_one',
  'SET ROLE postgres',
  'SET SESSION AUTHORIZATION postgres',
  'SELECT * FROM migration',
  'SELECT pg_read_file($$/etc/passwd$$)',
  `COPY site TO PROGRAM 'cat'`,
])
  test(`a tenant is denied: ${sql}`, async (t) => {
    const { serving } = await setupOnce(t);
    await t.throwsAsync(run(serving, sql), { code: denied });
  });

test('a second statement behind a semicolon is refused', async (t) => {
  const { serving } = await setupOnce(t);
  await t.throwsAsync(run(serving, 'SELECT 1; SELECT 2'), { code: '42601' });
});

for (const sql of [
  'RESET ROLE',
  'SET ROLE balancin_t_two',
  'SET LOCAL ROLE NONE',
  `SELECT set_config('role', 'balancin_t_two', true)`,
  `SET search_path = t_two, pg_temp`,
  `SELECT set_config('search_path', 't_two', false)`,
  'RESET ALL',
  'ROLLBACK',
  'COMMIT',
])
  test(`a transaction that leaves its tenant is rolled back and its connection thrown away: ${sql}`, async (t) => {
    const { serving, owner } = await setupOnce(t);
    const marker = 900_000_000 + Math.floor(Math.random() * 90_000_000);
    const escape = asTenant(serving, 'one', async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      if (sql !== 'COMMIT')
        await client.query(
          `INSERT INTO reading_1h VALUES (date_trunc('hour', now()), $1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0)`,
          [marker],
        );
      await client.query(sql);
      return rows[0]?.pid;
    });
    await t.throwsAsync(escape, { code: 'BUG', message: /left the tenant's role or search path/ });
    const { rows } = await owner.query('SELECT count(*) AS kept FROM t_one.reading_1h WHERE well_id = $1', [
      marker,
    ]);
    t.deepEqual(rows, [{ kept: 0 }]);
    // The next user of the pool begins as nobody.
    const after = await serving.query(
      `SELECT current_user = session_user AS plain, current_setting('search_path') AS path`,
    );
    t.deepEqual(after.rows, [{ plain: true, path: '"$user", public' }]);
  });

test('leaving the role gains a serving login nothing', async (t) => {
  const { serving } = await setupOnce(t);
  for (const table of ['t_one.site', 't_two.site', 'balancin.tenant', 'balancin.api_key'])
    await t.throwsAsync(serving.query(`SELECT * FROM ${table}`), { code: denied }, table);
});

test('what fails within is thrown as it is, rolled back, and the connection goes on', async (t) => {
  const { serving } = await setupOnce(t);
  const pids: number[] = [];
  const pid = async (): Promise<void> => {
    pids.push((await serving.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0);
  };
  await pid();
  await t.throwsAsync(
    asTenant(serving, 'one', async (client) => {
      await client.query('SELECT 1 / 0');
    }),
    { code: '22012' },
  );
  await t.throwsAsync(
    asTenant(serving, 'one', async () => {
      throw new Error('mine');
    }),
    { message: 'mine' },
  );
  await pid();
  t.is(pids[0], pids[1]);
});

test('a slug that would break out of its quotes never reaches the database', async (t) => {
  const { serving } = await setupOnce(t);
  await t.throwsAsync(
    asTenant(serving, 'one"; RESET ROLE; --', async () => {}),
    { code: 'USAGE' },
  );
});

test('the workers insert into hot tables, call their functions, and can do nothing else', async (t) => {
  const { url } = await setupOnce(t);
  const worker = createPool({ databaseUrl: url, role: workerRole, connectionsMax: 1 });
  t.teardown(async () => await worker.end());
  await worker.query(
    `INSERT INTO t_one.reading_1m VALUES (now(), 1, 1, 60, 60, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1)`,
  );
  await worker.query(
    `INSERT INTO balancin.dead_letter (topic, partition, record_offset, arrived_at, reason, detail, cycle)
     VALUES ('t', 0, 1, now(), 'undecodable', 'x', 1)`,
  );
  await worker.query(`SELECT balancin.ensure_partitions('one', now() + interval '90 days')`);
  for (const sql of [
    'SELECT * FROM t_one.reading_1m',
    'SELECT 1 FROM t_one.reading_1m_merged',
    'UPDATE t_one.reading_1m SET cycle = 2',
    'DELETE FROM t_one.reading_1m',
    'TRUNCATE t_one.reading_1m',
    'INSERT INTO t_one.reading_1m SELECT * FROM t_one.reading_1m',
    'INSERT INTO t_one.reading_1m VALUES (now(), 1, 1, 60, 60, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1) RETURNING cycle',
    'COPY t_one.reading_1m TO STDOUT',
    'INSERT INTO t_one.reading_1h DEFAULT VALUES',
    'INSERT INTO t_one.tag (tag) VALUES (1)',
    'SELECT * FROM t_one.well',
    'SELECT * FROM balancin.tenant',
    'SELECT * FROM balancin.api_key',
    'SELECT * FROM balancin.dead_letter',
    'INSERT INTO balancin.audit (action, subject) VALUES (1, 1)',
    `SELECT balancin.read_key('x')`,
    `SELECT balancin.extend_partitions('one', 'score', now(), now())`,
    'DROP TABLE t_one.reading_1m',
    'CREATE TABLE t_one.x (n int)',
    'CREATE TABLE balancin.x (n int)',
  ])
    await t.throwsAsync(worker.query(sql), { code: denied }, sql);
  await t.throwsAsync(
    worker.query(`SELECT balancin.ensure_partitions('one', now() + interval '9999 days')`),
    {
      code: '22023',
    },
  );
});

test('a bridge looks keys up and sees nothing else', async (t) => {
  const { url } = await setupOnce(t);
  await withClient({ databaseUrl: url, role: bridgeRole }, async (client) => {
    await client.query(`SELECT * FROM balancin.read_key('x')`);
    for (const sql of [
      'SELECT * FROM balancin.api_key',
      'SELECT * FROM t_one.well',
      `SELECT balancin.read_directory('one', 'default', NULL)`,
      'INSERT INTO t_one.reading_1m DEFAULT VALUES',
    ])
      await t.throwsAsync(client.query(sql), { code: denied }, sql);
  });
});

test('a table of a caller cannot stand in for one that a function of the owner reads', async (t) => {
  const { url, owner } = await setupOnce(t);
  await owner.query(`CREATE SCHEMA trap; GRANT ALL ON SCHEMA trap TO ${workerRole}`);
  await withClient({ databaseUrl: url, role: workerRole }, async (client) => {
    await client.query('SET search_path = trap, pg_catalog');
    await client.query('CREATE TABLE trap.tag (tag_id int, tag text)');
    await client.query(
      `CREATE FUNCTION trap.format(text, name) RETURNS text LANGUAGE sql AS $$ SELECT 'DROP TABLE t_one.tag' $$`,
    );
    const { rows } = await client.query<{ tag_id: number }>(
      `SELECT * FROM balancin.create_tags('one', '{esp.pip}')`,
    );
    t.true((rows[0]?.tag_id ?? 0) > 0);
  });
});

/** Denials change nothing, so they share one database; the last user of it cleans up. */
let shared: Promise<Stage> | undefined;
let teardowns: (() => unknown)[] = [];
async function setupOnce(_t: ExecutionContext): Promise<Stage> {
  shared ??= setup({ teardown: (fn: () => unknown) => teardowns.push(fn) } as unknown as ExecutionContext);
  return await shared;
}
test.after.always(async () => {
  for (const teardown of teardowns.reverse()) await teardown();
  teardowns = [];
});
