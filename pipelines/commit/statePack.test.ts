import test from 'ava';
import * as fc from 'fast-check';
import { BalancinError } from '#schemas/errors.js';
import type { KeyedState, StateWriter } from '../operator.js';
import { StateFold } from './stateFold.js';
import { StateLedger } from './stateLedger.js';
import { packAll, packChanges, StatePacker, unpackState } from './statePack.js';
import { StateRestore } from './stateRestore.js';
import type { StateSegment } from './taskCommit.js';

class MapState implements KeyedState {
  readonly version: number;
  readonly values = new Map<number, string>();
  readonly #dirty = new Set<number>();

  constructor(version = 1) {
    this.version = version;
  }

  set(key: number, value: string | null): void {
    if (value === null) this.values.delete(key);
    else this.values.set(key, value);
    this.#dirty.add(key);
  }

  drainChanges(out: StateWriter): void {
    for (const key of this.#dirty) {
      const value = this.values.get(key);
      if (value === undefined) out.remove(key);
      else out.put(key, Buffer.from(value));
    }
    this.#dirty.clear();
  }

  drainAll(out: StateWriter): void {
    for (const [key, value] of this.values) out.put(key, Buffer.from(value));
    this.#dirty.clear();
  }

  restore(key: number, value: Uint8Array): void {
    this.values.set(key, Buffer.from(value).toString());
  }
}

function restored(segments: readonly (StateSegment | null)[], version = 1): MapState {
  const state = new MapState(version);
  const restore = new StateRestore(new Map([['op', state]]));
  for (const segment of segments) if (segment !== null) restore.add(segment);
  restore.finish();
  return state;
}

const key = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const nearKey = fc.integer({ min: 0, max: 20 });

test('an entry comes back as it was put, in its order', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.option(fc.uint8Array({ maxLength: 300 })))), (entries) => {
      const packer = new StatePacker();
      for (const [k, value] of entries) {
        if (value === null) packer.remove(k);
        else packer.put(k, value);
      }
      const back: [number, Uint8Array | null][] = [];
      const packed = packer.pack('op', 1, 'base');
      if (packed !== null) unpackState(packed.bytes, (k, v) => back.push([k, v && Uint8Array.from(v)]));
      t.deepEqual(back, entries);
      t.is(packed?.keys, entries.length);
    }),
  );
});

test('what is restored from segments is what was in memory, whenever a base or a fold came in between', (t) => {
  const change = fc.tuple(nearKey, fc.option(fc.string({ maxLength: 5 })));
  const cycle = fc.record({ changes: fc.array(change), closing: fc.constantFrom('segment', 'base', 'fold') });
  fc.assert(
    fc.property(fc.array(cycle, { maxLength: 12 }), (cycles) => {
      const state = new MapState();
      const operator = { name: 'op', state };
      const packer = new StatePacker();
      let stored: StateSegment[] = [];
      for (const { changes, closing } of cycles) {
        for (const [k, value] of changes) state.set(k, value);
        const segment = closing === 'base' ? packAll(operator, packer) : packChanges(operator, packer);
        if (closing === 'base') stored = [];
        if (segment !== null) stored.push(segment);
        if (closing !== 'fold' || stored.length === 0) continue;
        const fold = new StateFold();
        for (const each of stored) fold.add(each);
        stored = [fold.base('op')];
      }
      const sorted = (values: Map<number, string>) => [...values].sort(([a], [b]) => a - b);
      t.deepEqual(sorted(restored(stored).values), sorted(state.values));
    }),
  );
});

test('a drain leaves every key clean: nothing changed makes no segment', (t) => {
  const state = new MapState();
  state.set(1, 'a');
  const packer = new StatePacker();
  t.is(packChanges({ name: 'op', state }, packer)?.keys, 1);
  t.is(packChanges({ name: 'op', state }, packer), null);
  t.is(packChanges({ name: 'stateless' }, packer), null);
});

test('state of another version, or of an operator that is gone, is refused and never guessed', (t) => {
  const state = new MapState(1);
  state.set(1, 'a');
  const segment = packAll({ name: 'op', state }, new StatePacker());
  const version = t.throws(() => restored([segment], 2), { instanceOf: BalancinError });
  t.is(version.code, 'STATE_VERSION');
  t.regex(version.message, /stored as version 1.*reads version 2/);
  const gone = segment && { ...segment, operator: 'former' };
  t.is(t.throws(() => restored([gone]), { instanceOf: BalancinError }).code, 'STATE_VERSION');
});

test('a base after other segments is refused: the order is what makes state right', (t) => {
  const state = new MapState();
  state.set(1, 'a');
  const operator = { name: 'op', state };
  const packer = new StatePacker();
  const [segment, base] = [packChanges(operator, packer), packAll(operator, packer)];
  t.is(t.throws(() => restored([segment, base]), { instanceOf: BalancinError }).code, 'BUG');
});

test('state that packs to more than can be read back is refused with what to do, and to exactly as much is not', (t) => {
  const pack = (packedBytesMax: number) => {
    const packer = new StatePacker({ packedBytesMax });
    packer.put(1, Buffer.alloc(100));
    return packer.pack('op', 1, 'segment');
  };
  const bytes = pack(1000)?.bytes.length ?? 0;
  t.is(pack(bytes)?.bytes.length, bytes);
  const error = t.throws(() => pack(bytes - 1), { instanceOf: BalancinError });
  t.is(error.code, 'LIMIT_REACHED');
  t.regex(error.message, /use more partitions/);
});

test('damaged bytes are refused', (t) => {
  const packer = new StatePacker();
  packer.put(1, Buffer.from('abc'));
  const bytes = packer.pack('op', 1, 'segment')?.bytes ?? new Uint8Array();
  for (const bad of [bytes.subarray(0, -1), bytes.subarray(0, 3), Uint8Array.of(9, 1), new Uint8Array()]) {
    t.is(t.throws(() => unpackState(bad, () => undefined), { instanceOf: BalancinError }).code, 'BUG');
  }
});

test('the ledger asks for a fold at its limits of segments and of bytes, and counts what came meanwhile', (t) => {
  const ledger = new StateLedger({ segmentsMax: 4, segmentBytesMin: 100 });
  const add = (bytes: number, kind: 'base' | 'segment' = 'segment') =>
    ledger.add('wells', 1, { operator: 'op', kind, bytes: new Uint8Array(bytes) });
  for (const expected of [0, 0, 0, 1]) {
    add(1);
    t.is(ledger.pressure('wells', 1), expected);
  }
  // Three were read, one came while they were folded.
  ledger.folded('wells', 1, { operator: 'op', segments: 3, bytesBefore: 3, bytesAfter: 500 });
  t.is(ledger.pressure('wells', 1), 0);
  add(498);
  t.is(ledger.pressure('wells', 1), 0);
  add(1);
  t.is(ledger.pressure('wells', 1), 1);
  add(10, 'base');
  t.is(ledger.pressure('wells', 1), 0);
  add(100);
  t.is(ledger.pressure('wells', 1), 1);
  ledger.forget('wells', 1);
  t.is(ledger.pressure('wells', 1), 0);
});
