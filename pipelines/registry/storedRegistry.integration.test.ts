/** Laws of a registry whose answers are kept: a worker starts and reads while the registry is away. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { createPool } from '#pipelines/database/pool.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import type { SchemaRegistry } from './schemaRegistry.js';
import { createStoredRegistry } from './storedRegistry.js';

const schema = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'well', type: 'string' }] });
const other = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'site', type: 'string' }] });

test('what a registry has said once is known while it is away; that there is none is asked anew', async (t) => {
  const { url: databaseUrl } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl, name: 'test', role: 'balancin_worker' });
  t.teardown(() => pool.end());
  let away = false;
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): T => {
    asked.push(what);
    if (away) throw new BalancinError('REGISTRY_UNAVAILABLE', 'away');
    return value;
  };
  const registry: SchemaRegistry = {
    register: async (subject) => answer(`register ${subject}`, 41),
    fetch: async (id) => answer(`fetch ${id}`, id === 41 ? schema : null),
    close: async () => undefined,
  };
  const open = (url: string): SchemaRegistry => createStoredRegistry(registry, url, pool);
  const before = open('http://reader:secret@registry:8081/');
  t.is(await before.register('a-value', schema), 41);
  t.is(await before.fetch(41), schema);
  t.is(await before.fetch(42), null);
  away = true;
  asked.length = 0;
  const after = open('http://registry:8081');
  t.is(await after.register('a-value', schema), 41);
  t.is(await after.fetch(41), schema);
  t.deepEqual(asked, []);
  await t.throwsAsync(after.fetch(42), { code: 'REGISTRY_UNAVAILABLE' });
  await t.throwsAsync(after.register('a-value', other), { code: 'REGISTRY_UNAVAILABLE' });
  await t.throwsAsync(open('http://another:8081').fetch(41), { code: 'REGISTRY_UNAVAILABLE' });
  const { rows } = await pool.query<{ registry: string }>(
    'SELECT DISTINCT registry FROM balancin.known_schema',
  );
  t.deepEqual(rows, [{ registry: 'http://registry:8081' }], 'no login is stored');
});
