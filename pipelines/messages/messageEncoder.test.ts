import test from 'ava';
import { createMessageEncoder } from './messageEncoder.js';

const registry = { register: async () => 1, fetch: async () => null, close: async () => {} };
const letter = {
  topic: 'edge.telemetry.v1',
  partition: 3,
  offset: 9,
  arrivalMs: 1_700_000_000_000,
  key: null,
  value: Buffer.from('value'),
  reason: 'undecodable',
  detail: 'cut short',
  tenant: null,
} as const;

test('a dead letter goes out under its record’s key, and under its topic where that is none or no site’s', async (t) => {
  const encoder = await createMessageEncoder(registry, '');
  const keyOf = (key: Uint8Array | null) => encoder.deadLetter({ ...letter, key }).key;
  t.is(keyOf(Buffer.from('acme/s1')), 'acme/s1');
  t.is(keyOf(null), letter.topic);
  t.is(keyOf(Buffer.alloc(512, 'x')).length, 512);
  t.is(keyOf(Buffer.alloc(513, 'x')), letter.topic);
});

test('a dead letter’s message is bounded, however long the record’s key and value', async (t) => {
  const encoder = await createMessageEncoder(registry, '');
  const big = Buffer.alloc(4 * 1024 * 1024, 0xff);
  const { key, value } = encoder.deadLetter({ ...letter, key: big, value: big });
  t.true(key.length + (value?.length ?? 0) < 1_000);
});
