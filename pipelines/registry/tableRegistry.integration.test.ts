/** Schema ids in a table, on a real PostgreSQL. */
import test from 'ava';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { registryContract } from './registryContract.js';
import { createTableRegistry } from './tableRegistry.js';

registryContract(test, async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const registry = createTableRegistry({ databaseUrl: url });
  t.teardown(() => registry.close());
  return registry;
});

test('several processes that register at once get one id a schema', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const registries = [1, 2, 3, 4].map(() => createTableRegistry({ databaseUrl: url }));
  t.teardown(() => Promise.all(registries.map((registry) => registry.close())));
  const ids = await Promise.all(
    registries.flatMap((registry, i) => [
      registry.register('shared', '"string"'),
      registry.register(`own-${i}`, '"string"'),
    ]),
  );
  t.is(new Set(ids).size, 1);
});

test('the same schema with other whitespace is the same schema', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const registry = createTableRegistry({ databaseUrl: url });
  t.teardown(() => registry.close());
  const id = await registry.register('s', '{"type":"array","items":"int"}');
  t.is(await registry.register('s', '{ "type": "array",\n "items": "int" }'), id);
});

test('a database that is away is no answer', async (t) => {
  const registry = createTableRegistry({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
  t.teardown(() => registry.close());
  await t.throwsAsync(registry.fetch(1), { code: 'REGISTRY_UNAVAILABLE' });
  await t.throwsAsync(registry.register('s', '"int"'), { code: 'REGISTRY_UNAVAILABLE' });
});
