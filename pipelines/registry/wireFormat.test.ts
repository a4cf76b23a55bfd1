/** The five bytes in front of every value. */
import test from 'ava';
import { encodeWire, payloadOf, schemaIdOf } from './wireFormat.js';

const knownAnswers: readonly (readonly [number, string])[] = [
  [0, '0000000000'],
  [1, '0000000001'],
  [258, '0000000102'],
  [0x7fffffff, '007fffffff'],
];

for (const [id, header] of knownAnswers) {
  test(`schema id ${id} is written as ${header} and read back`, (t) => {
    const message = encodeWire(id, Uint8Array.of(7, 8));
    t.is(message.toString('hex'), `${header}0708`);
    t.is(schemaIdOf(message), id);
    t.deepEqual([...payloadOf(message)], [7, 8]);
  });
}

test('an empty payload is still a whole message', (t) => {
  const message = encodeWire(3, new Uint8Array(0));
  t.is(schemaIdOf(message), 3);
  t.is(payloadOf(message).length, 0);
});

for (const [what, hex] of [
  ['nothing', ''],
  ['a header cut short', '00000000'],
  ['another magic byte', '0100000001ff'],
  ['a negative id', '00ffffffffff'],
] as const) {
  test(`${what} carries no schema id`, (t) => {
    t.is(schemaIdOf(Buffer.from(hex, 'hex')), -1);
  });
}

test('a message at an offset of a larger buffer is read at its own start', (t) => {
  const large = Buffer.concat([Buffer.from('ffff', 'hex'), encodeWire(9, Uint8Array.of(1))]);
  t.is(schemaIdOf(large.subarray(2)), 9);
});
