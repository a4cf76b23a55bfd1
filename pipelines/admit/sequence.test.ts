/** Laws of sequence memory, against a set that remembers everything. */
import test from 'ava';
import * as fc from 'fast-check';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { rangeKind, rangesMax, Sequence } from './sequence.js';

function throughBytes(sequence: Sequence): Sequence {
  const writer = new PackedWriter();
  sequence.pack(writer);
  const reader = new PackedReader(writer.bytes().slice());
  const copy = Sequence.unpack(reader);
  if (!reader.done) throw new Error('bytes left over');
  return copy;
}

test('a number is new once, in any order, through any number of restores', (t) => {
  const arrivals = fc.array(fc.record({ seq: fc.nat(60), rejected: fc.boolean(), restored: fc.boolean() }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(arrivals, (frames) => {
      let sequence = new Sequence(7);
      const admitted = new Set<number>();
      const rejected = new Set<number>();
      for (const frame of frames) {
        if (frame.restored) sequence = throughBytes(sequence);
        t.is(sequence.isNew(frame.seq), !admitted.has(frame.seq));
        if (!sequence.isNew(frame.seq)) continue;
        t.deepEqual(sequence.note(frame.seq, frame.rejected), []);
        (frame.rejected ? rejected : admitted).add(frame.seq);
        if (!frame.rejected) rejected.delete(frame.seq);
      }
      const first = Math.min(...admitted, ...rejected);
      const seen = (n: number) => admitted.has(n) || rejected.has(n);
      for (let n = 0; n < sequence.high; n++) {
        const range = sequence.ranges.find(({ from, to }) => from <= n && n <= to);
        if (rejected.has(n)) t.is(range?.kind, rangeKind.rejected);
        else if (!seen(n))
          t.true(range?.kind === rangeKind.missing || (range?.kind === rangeKind.before && n >= 0));
        else t.is(range, undefined);
      }
      if (frames.length > 0) t.true(sequence.high >= first);
    }),
  );
});

test('neighbouring rejected numbers take one range', (t) => {
  const sequence = new Sequence(1);
  for (const seq of [0, 1, 2, 5, 4, 3]) sequence.note(seq, seq > 0);
  t.deepEqual(sequence.ranges, [{ from: 1, to: 5, kind: rangeKind.rejected }]);
});

test('numbers below the first seen may still come and are no gap', (t) => {
  const sequence = new Sequence(1);
  sequence.note(10, false);
  t.deepEqual(sequence.ranges, [{ from: 0, to: 9, kind: rangeKind.before }]);
  t.true(sequence.isNew(3));
});

test('one range beyond the limit is the oldest forgotten, and its numbers are no longer new', (t) => {
  const sequence = new Sequence(1);
  sequence.note(0, false);
  // 0, then every third: ranges (1–2), (4–5), …
  for (let i = 1; i <= rangesMax; i++) t.deepEqual(sequence.note(i * 3, false), []);
  t.is(sequence.ranges.length, rangesMax);
  t.deepEqual(sequence.note((rangesMax + 1) * 3, false), [{ from: 1, to: 2, kind: rangeKind.missing }]);
  t.is(sequence.ranges.length, rangesMax);
  t.false(sequence.isNew(1));
  t.true(sequence.isNew(4));
});

test('a rejected number in the middle of a gap at the limit forgets as many as it added', (t) => {
  const sequence = new Sequence(1);
  sequence.note(0, false);
  for (let i = 1; i <= rangesMax; i++) sequence.note(i * 4, false);
  const forgotten = sequence.note(rangesMax * 4 - 2, true);
  t.is(forgotten.length, 2);
  t.is(sequence.ranges.length, rangesMax);
});
