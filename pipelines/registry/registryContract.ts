/** The laws of a schema registry, as tests that every adapter passes. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext, ImplementationFn } from 'ava';
import avro from 'avsc';
import type { ComparingRegistry } from './schemaRegistry.js';

type RegisterTest = (title: string, implementation: ImplementationFn<[]>) => void;

const field = { name: 'well', type: 'string' };

/** A record schema with a name of its own, so that no test meets another's id. */
function recordSchema(name: string, ...fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name, namespace: 'balancin.test', fields: [field, ...fields] });
}

function unique(): { readonly subject: string; readonly name: string } {
  const suffix = randomBytes(5).toString('hex');
  return { subject: `subject-${suffix}-value`, name: `Record${suffix}` };
}

export function registryContract(
  test: RegisterTest,
  open: (t: ExecutionContext) => Promise<ComparingRegistry>,
): void {
  test('a schema comes back as it was registered, under one id however often', async (t) => {
    const registry = await open(t);
    const { subject, name } = unique();
    const schema = recordSchema(name, { name: 'depth', type: 'double', default: 1.5, aliases: ['md'] });
    const id = await registry.register(subject, schema);
    t.true(Number.isSafeInteger(id) && id > 0);
    t.is(await registry.register(subject, schema), id);
    const text = (await registry.fetch(id)) ?? '';
    t.deepEqual(JSON.parse(text), JSON.parse(schema));
    t.notThrows(() => avro.Type.forSchema(JSON.parse(text)));
  });

  test('one schema under two subjects has one id', async (t) => {
    const registry = await open(t);
    const { subject, name } = unique();
    const id = await registry.register(subject, recordSchema(name));
    t.is(await registry.register(`other-${subject}`, recordSchema(name)), id);
  });

  test('many that register one schema at once get one id', async (t) => {
    const registry = await open(t);
    const { subject, name } = unique();
    // The first call makes the subject: what is raced for is the schema.
    await registry.register(subject, recordSchema(name));
    const next = recordSchema(name, { name: 'zone', type: 'string', default: '' });
    const ids = await Promise.all(Array.from({ length: 8 }, () => registry.register(subject, next)));
    t.is(new Set(ids).size, 1);
  });

  test('a new field with a default is accepted under a new id, one without is refused', async (t) => {
    const registry = await open(t);
    const { subject, name } = unique();
    const first = await registry.register(subject, recordSchema(name));
    const wider = recordSchema(name, { name: 'zone', type: 'string', default: '' });
    const second = await registry.register(subject, wider);
    t.not(second, first);
    const broken = recordSchema(
      name,
      { name: 'zone', type: 'string', default: '' },
      { name: 'pad', type: 'int' },
    );
    await t.throwsAsync(registry.register(subject, broken), { code: 'INCOMPATIBLE' });
    t.is(await registry.register(subject, wider), second);
  });

  test('comparing says what registering would do, and does nothing', async (t) => {
    const registry = await open(t);
    const { subject, name } = unique();
    const first = recordSchema(name);
    t.deepEqual(await registry.compare(subject, first), { change: 'add' });
    t.deepEqual(await registry.compare(subject, first), { change: 'add' });
    await registry.register(subject, first);
    t.deepEqual(await registry.compare(subject, first), { change: 'none' });
    const wider = recordSchema(name, { name: 'zone', type: 'string', default: '' });
    t.deepEqual(await registry.compare(subject, wider), { change: 'change' });
    const broken = await registry.compare(subject, recordSchema(name, { name: 'pad', type: 'int' }));
    t.true(broken.change === 'refused' && broken.why.includes(subject), JSON.stringify(broken));
    await registry.register(subject, wider);
    t.deepEqual(await registry.compare(subject, first), { change: 'none' });
  });

  test('an id that was never given is answered with null', async (t) => {
    const registry = await open(t);
    t.is(await registry.fetch(2_000_000_000), null);
  });

  test('what is no schema is refused', async (t) => {
    const registry = await open(t);
    const { subject } = unique();
    for (const text of ['not json', '{"type":"record","name":"x"}', '{"type":"nonsense"}']) {
      await t.throwsAsync(registry.register(subject, text), { code: 'DATA_INVALID' });
    }
  });
}
