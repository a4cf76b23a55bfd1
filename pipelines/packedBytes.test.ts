/** Laws of packed state. */
import test from 'ava';
import * as fc from 'fast-check';
import { BalancinError } from '#schemas/errors.js';
import { PackedReader, PackedWriter } from './packedBytes.js';

const item = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('count' as const), value: fc.oneof(fc.nat(), fc.maxSafeNat()) }),
  fc.record({
    kind: fc.constant('integer' as const),
    value: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 })),
  }),
  fc.record({ kind: fc.constant('float32' as const), value: fc.float() }),
  fc.record({ kind: fc.constant('float64' as const), value: fc.double() }),
  fc.record({ kind: fc.constant('text' as const), value: fc.string({ unit: 'grapheme' }) }),
);

function pack(writer: PackedWriter, items: readonly { kind: string; value: number | string }[]): Uint8Array {
  writer.clear();
  for (const { kind, value } of items) {
    if (typeof value === 'string') writer.text(value);
    else writer[kind as 'byte' | 'count' | 'integer' | 'float32' | 'float64'](value);
  }
  return writer.bytes();
}

test('what was packed is read back, in order, to the last byte', (t) => {
  const writer = new PackedWriter();
  fc.assert(
    fc.property(fc.array(item, { maxLength: 200 }), (items) => {
      const reader = new PackedReader(pack(writer, items));
      for (const { kind, value } of items) t.is(reader[kind](), value);
      t.true(reader.done);
    }),
  );
});

test('a value cut off is a bug that says where', (t) => {
  const bytes = pack(new PackedWriter(), [{ kind: 'float64', value: 1 }]);
  const error = t.throws(() => new PackedReader(bytes.subarray(0, 7)).float64(), {
    instanceOf: BalancinError,
  });
  t.is(error.code, 'BUG');
});
