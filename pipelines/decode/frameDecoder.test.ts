/** Laws of the hand-written frame decoder; avsc is the reference. */
import avro from 'avsc';
import test from 'ava';
import * as fc from 'fast-check';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { RejectReason } from '#schemas/records/deadLetter.js';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import type { Reading } from '#schemas/records/reading.js';
import { quality } from '#schemas/signals/quality.js';
import { encodeFrame } from './encodeFrame.js';
import { FrameDecoder } from './frameDecoder.js';
import { type FrameLimits, frameLimitsDefault, ReadingColumns } from './readingColumns.js';
import { StringCache } from './stringCache.js';

const type = avro.Type.forSchema(JSON.parse(readSchema('edge.telemetry.v1')) as avro.Schema);

function setup(limits: FrameLimits = frameLimitsDefault) {
  const columns = new ReadingColumns(limits);
  return { columns, decoder: new FrameDecoder(columns, new StringCache()) };
}

/** What a reading holds, as plain values. */
function contentOf(reading: Reading) {
  const { tenant, site, well, stream, epoch, seq, t0Ms, historical } = reading;
  const series = Array.from({ length: reading.seriesCount }, (_, s) => {
    const [from, to] = [reading.starts[s]!, reading.starts[s + 1]!];
    return {
      tag: reading.tags[s]!,
      dtMs: [...reading.dtMs.subarray(from, to)],
      value: [...reading.values.subarray(from, to)],
      quality: [...reading.quality.subarray(from, to)],
      allGood: reading.allGood[s],
      ordered: reading.ordered[s],
    };
  });
  return { tenant, site, well, stream, epoch, seq, t0: t0Ms, historical, series };
}

/** What the reading of a frame must hold. */
function contentOfFrame(frame: EdgeFrame) {
  const series = frame.series.map((s) => {
    const value = Array.from(s.value, Math.fround);
    const codes = Array.from(s.dtMs, (_, i) => Math.min(s.quality[i] ?? 0, 255));
    const known = codes.map((code) => (code > 30 ? quality.bad : code));
    const marked = known.map((code, i) =>
      Number.isFinite(value[i]) || code >= 2 ? code : quality.badNotANumber,
    );
    const ordered = s.dtMs.every((dt, i) => i === 0 || dt >= s.dtMs[i - 1]!) ? 1 : 0;
    const allGood = marked.every((code) => code === 0) ? 1 : 0;
    return { tag: s.tag, dtMs: [...s.dtMs], value, quality: marked, allGood, ordered };
  });
  return { ...frame, series };
}

const name = fc.string({ unit: 'grapheme', maxLength: 20 });
/** avsc loses the last bit of numbers beyond 2^52: those are tested apart. */
const long = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 }));
const dt = fc.oneof(fc.integer(), fc.nat(200), fc.nat(100_000), fc.integer({ min: -300, max: 300 }));
const regular = fc
  .tuple(fc.nat(5000), fc.nat(60))
  .map(([step, n]) => Array.from({ length: n }, (_, i) => i * step));
const value = fc.float();
const series = fc
  .tuple(
    name,
    fc.oneof(fc.array(dt, { maxLength: 80 }), regular),
    fc.array(value, { minLength: 80, maxLength: 80 }),
  )
  .chain(([tag, dtMs, values]) =>
    fc
      .oneof(
        fc.constant(new Uint8Array(0)),
        fc.constant(new Uint8Array(dtMs.length)),
        fc.uint8Array({ minLength: dtMs.length, maxLength: dtMs.length, max: 40 }),
      )
      .map((codes) => ({ tag, dtMs, value: values.slice(0, dtMs.length), quality: codes })),
  );
const frames: fc.Arbitrary<EdgeFrame> = fc.record({
  tenant: name,
  site: name,
  well: name,
  stream: name,
  epoch: long,
  seq: long,
  t0: long,
  historical: fc.boolean(),
  series: fc.array(series, { maxLength: 6 }),
});

const longType = avro.Type.forSchema('long');
const intType = avro.Type.forSchema('int');
const floatType = avro.Type.forSchema('float');
const bytesType = avro.Type.forSchema('bytes');
const stringType = avro.Type.forSchema('string');

/** The same frame with every array cut into blocks, some with their size in bytes, as writers that stream may send it. */
function encodeInBlocks(frame: EdgeFrame, cut: () => number): Buffer {
  const blocks = (items: readonly Buffer[]): Buffer => {
    const parts: Buffer[] = [];
    for (let at = 0; at < items.length; ) {
      const n = 1 + (cut() % (items.length - at));
      const body = Buffer.concat(items.slice(at, at + n));
      const sized = cut() % 2 === 1;
      parts.push(longType.toBuffer(sized ? -n : n), ...(sized ? [longType.toBuffer(body.length)] : []), body);
      at += n;
    }
    return Buffer.concat([...parts, longType.toBuffer(0)]);
  };
  const items = frame.series.map((s) =>
    Buffer.concat([
      stringType.toBuffer(s.tag),
      blocks(Array.from(s.dtMs, (x) => intType.toBuffer(x))),
      blocks(Array.from(s.value, (x) => floatType.toBuffer(x))),
      bytesType.toBuffer(Buffer.from(s.quality)),
    ]),
  );
  const names = [frame.tenant, frame.site, frame.well, frame.stream].map((s) => stringType.toBuffer(s));
  const longs = [frame.epoch, frame.seq, frame.t0].map((n) => longType.toBuffer(n));
  return Buffer.concat([...names, ...longs, Buffer.from([frame.historical ? 1 : 0]), blocks(items)]);
}

/** The record with foreign bytes around it, as in a fetched batch. */
function amid(bytes: Uint8Array, foreign: number): Uint8Array {
  const whole = new Uint8Array(bytes.length + 32).fill(foreign);
  whole.set(bytes, 16);
  return whole.subarray(16, 16 + bytes.length);
}

test('a frame written by avsc is read as what was written', (t) => {
  const { columns, decoder } = setup();
  fc.assert(
    fc.property(frames, (frame) => {
      const bytes = type.toBuffer({
        ...frame,
        series: frame.series.map((s) => ({ ...s, quality: Buffer.from(s.quality) })),
      });
      t.is(decoder.decode(bytes, 0), null);
      t.deepEqual(contentOf(columns), contentOfFrame(frame));
    }),
  );
});

test('the encoder writes the bytes that avsc writes', (t) => {
  fc.assert(
    fc.property(frames, (frame) => {
      const bytes = type.toBuffer({
        ...frame,
        series: frame.series.map((s) => ({ ...s, quality: Buffer.from(s.quality) })),
      });
      t.true(encodeFrame(frame).equals(bytes));
      t.true(encodeFrame(frame, 258).equals(Buffer.concat([Buffer.from([0, 0, 0, 1, 2]), bytes])));
    }),
  );
});

test('how a writer cuts arrays into blocks changes nothing', (t) => {
  const { columns, decoder } = setup();
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { minLength: 7, maxLength: 7 }), (frame, cuts) => {
      let i = 0;
      const bytes = encodeInBlocks(frame, () => cuts[i++ % cuts.length]!);
      t.is(decoder.decode(bytes, 0), null);
      t.deepEqual(contentOf(columns), contentOfFrame(frame));
      t.deepEqual(type.fromBuffer(bytes), type.fromBuffer(encodeFrame(frame)));
    }),
  );
});

test('no change of bytes throws, reads foreign bytes or leaves columns that contradict each other', (t) => {
  const { columns, decoder } = setup();
  const twin = setup();
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(
      frames,
      edits,
      fc.option(fc.nat()),
      fc.uint8Array({ maxLength: 3 }),
      (frame, changes, cut, tail) => {
        let bytes: Uint8Array = encodeFrame(frame);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        if (cut !== null) bytes = bytes.subarray(0, cut % (bytes.length + 1));
        bytes = Buffer.concat([bytes, tail]);
        const outcome = decoder.decode(amid(bytes, 0x01), 0);
        t.deepEqual(outcome, twin.decoder.decode(amid(bytes, 0xff), 0));
        outcomes.add(outcome?.reason ?? 'decoded');
        if (outcome === null) t.deepEqual(contentOf(columns), contentOf(twin.columns));
        t.true(columns.dtMs.length <= 4096);
      },
    ),
    { numRuns: 3000 },
  );
  t.true(outcomes.has('decoded') && outcomes.has('undecodable'));
});

test('every truncation of a frame is undecodable', (t) => {
  const { decoder } = setup();
  const bytes = encodeFrame(frameOf([{ n: 60 }, { n: 60 }]));
  for (let length = 0; length < bytes.length; length++) {
    t.is(decoder.decode(bytes.subarray(0, length), 0)?.reason, 'undecodable');
  }
});

function frameOf(series: readonly { n: number; values?: number; codes?: number; tag?: string }[]): EdgeFrame {
  return {
    tenant: 'acme',
    site: 's1',
    well: 'w1',
    stream: 'fast',
    epoch: 1,
    seq: 2,
    t0: 1.76e12,
    historical: false,
    series: series.map(({ n, values, codes, tag }, s) => ({
      tag: tag ?? `esp.tag${s}`,
      dtMs: Int32Array.from({ length: n }, (_, i) => i * 1000),
      value: Float32Array.from({ length: values ?? n }, (_, i) => i / 8),
      quality: new Uint8Array(codes ?? 0),
    })),
  };
}

const head = encodeFrame(frameOf([])).subarray(0, -1);
const one = Buffer.from([2, 2, 0x61]); // a block of one series, tag "a"
const ffff = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]); // 2,147,483,647
const invalid: readonly (readonly [string, Uint8Array, RejectReason, boolean])[] = [
  ['nothing', new Uint8Array(0), 'undecodable', false],
  [
    'a byte too many',
    Buffer.concat([encodeFrame(frameOf([{ n: 1 }])), Buffer.from([0])]),
    'undecodable',
    true,
  ],
  ['fewer values than times', encodeFrame(frameOf([{ n: 5, values: 4 }])), 'length-mismatch', true],
  ['more values than times', encodeFrame(frameOf([{ n: 5, values: 6 }, { n: 3 }])), 'length-mismatch', true],
  ['fewer qualities than times', encodeFrame(frameOf([{ n: 5, codes: 4 }])), 'length-mismatch', true],
  [
    'a series too many',
    encodeFrame(frameOf(Array.from({ length: 9 }, () => ({ n: 1 })))),
    'frame-too-large',
    true,
  ],
  ['a sample too many', encodeFrame(frameOf([{ n: 4000 }, { n: 6001 }])), 'frame-too-large', true],
  ['two thousand million series', Buffer.concat([head, ffff, Buffer.alloc(40)]), 'undecodable', true],
  ['two thousand million times', Buffer.concat([head, one, ffff, Buffer.alloc(40)]), 'undecodable', true],
  [
    'two thousand million values',
    Buffer.concat([head, one, Buffer.from([0]), ffff, Buffer.alloc(40)]),
    'undecodable',
    true,
  ],
  [
    'a time beyond 32 bits',
    Buffer.concat([head, one, Buffer.from([2, 0xff, 0xff, 0xff, 0xff, 0x1f]), Buffer.alloc(40)]),
    'undecodable',
    true,
  ],
  [
    'a number of eleven bytes',
    Buffer.concat([Buffer.alloc(4), Buffer.alloc(10, 0xff), Buffer.alloc(9)]),
    'undecodable',
    false,
  ],
  [
    'an epoch of 2^53',
    Buffer.concat([Buffer.alloc(4), Buffer.from('8080808080808020', 'hex'), Buffer.alloc(9)]),
    'undecodable',
    false,
  ],
  ['a name beyond its limit', encodeFrame(frameOf([{ n: 1, tag: 'x'.repeat(1025) }])), 'undecodable', true],
];
for (const [what, bytes, reason, identified] of invalid) {
  test(`${what} is ${reason}`, (t) => {
    const { columns, decoder } = setup({ samplesMax: 10_000, seriesMax: 8 });
    const outcome = decoder.decode(bytes, 0);
    t.is(outcome?.reason, reason);
    t.is(outcome?.identified, identified);
    t.true(outcome!.detail.length > 10);
    t.true(columns.dtMs.length <= 10_000);
    // The next frame is not touched by it.
    const next = frameOf([{ n: 3 }, { n: 2 }]);
    t.is(decoder.decode(encodeFrame(next), 0), null);
    t.deepEqual(contentOf(columns), contentOfFrame(next));
  });
}

for (const [n, limit] of [
  [0, 10],
  [1, 10],
  [100_000, 200_000],
  [10_000, 10_000],
] as const) {
  test(`a frame of ${n} samples with a limit of ${limit} is read`, (t) => {
    const { columns, decoder } = setup({ samplesMax: limit, seriesMax: 8 });
    const frame = frameOf([{ n }]);
    t.is(decoder.decode(encodeFrame(frame), 0), null);
    t.is(columns.sampleCount, n);
    t.deepEqual(columns.dtMs.subarray(0, n), frame.series[0]!.dtMs);
    t.deepEqual(columns.values.subarray(0, n), frame.series[0]!.value);
  });
}

test('whole numbers are read and written exactly up to 2^53, and not beyond', (t) => {
  const { columns, decoder } = setup();
  const zigzag = (n: bigint): Buffer => {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, (n << 1n) ^ (n >> 63n));
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    return Buffer.from([...bytes, Number(rest)]);
  };
  const frameWith = (n: bigint) => Buffer.concat([Buffer.alloc(4), zigzag(n), Buffer.from([0, 0, 0, 0])]);
  const empty = { ...frameOf([]), tenant: '', site: '', well: '', stream: '', seq: 0, t0: 0 };
  for (let bit = 0n; bit <= 53n; bit++) {
    for (const n of [2n ** bit - 1n, 2n ** bit, -(2n ** bit) + 1n, -(2n ** bit)]) {
      const outcome = decoder.decode(frameWith(n), 0);
      if (!Number.isSafeInteger(Number(n))) {
        t.is(outcome?.reason, 'undecodable');
        continue;
      }
      t.is(outcome, null);
      t.is(columns.epoch, Number(n));
      t.true(encodeFrame({ ...empty, epoch: Number(n) }).equals(frameWith(n)));
    }
  }
  for (const n of [2n ** 63n - 1n, -(2n ** 63n)])
    t.is(decoder.decode(frameWith(n), 0)?.reason, 'undecodable');
});

test('series that share their times, in part or with empty ones between, are read each by itself', (t) => {
  const { columns, decoder } = setup();
  const dt = fc.constantFrom([0, 7, 3, 900], [0, 7, 3, 901], [0, 7, 3], [], [5], [0, 1000, 2000, 3000]);
  const cuts = fc.array(fc.nat(), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(dt, { maxLength: 8 }), cuts, fc.boolean(), (times, random, whole) => {
      const series = times.map((dtMs, s) => {
        return { tag: `t${s}`, dtMs, value: dtMs.map(() => s), quality: new Uint8Array(0) };
      });
      const frame = { ...frameOf([]), series };
      let i = 0;
      const bytes = whole ? encodeFrame(frame) : encodeInBlocks(frame, () => random[i++ % random.length]!);
      t.is(decoder.decode(bytes, 0), null);
      t.deepEqual(contentOf(columns), contentOfFrame(frame));
    }),
    { numRuns: 500 },
  );
});

test('times of one to five bytes and both signs are read at the edges of each', (t) => {
  const { columns, decoder } = setup();
  const edges = [0, 6, 13, 20, 27, 31].flatMap((bits) => [
    2 ** bits - 1,
    2 ** bits,
    -(2 ** bits),
    -(2 ** bits) - 1,
  ]);
  const dtMs = edges.filter((n) => n === (n | 0));
  const frame = {
    ...frameOf([]),
    series: [{ tag: 'a', dtMs, value: dtMs.map(() => 1), quality: new Uint8Array(0) }],
  };
  t.is(decoder.decode(encodeFrame(frame), 0), null);
  t.deepEqual([...columns.dtMs.subarray(0, dtMs.length)], dtMs);
});

test('not a number is a quality, unless the edge already called the sample bad', (t) => {
  const { columns, decoder } = setup();
  const codes = Uint8Array.from([0, 0, quality.badComms, quality.uncertain, 0]);
  const value = [1, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 3.4e38];
  const frame = { ...frameOf([]), series: [{ tag: 'a', dtMs: [0, 1, 2, 3, 4], value, quality: codes }] };
  t.is(decoder.decode(encodeFrame(frame), 0), null);
  t.deepEqual([...columns.quality.subarray(0, 5)], [0, 3, quality.badComms, 3, 0]);
  t.is(columns.allGood[0], 0);
});

test('bad qualities of a frame do not show in the next', (t) => {
  const { columns, decoder } = setup();
  const bad = frameOf([{ n: 50 }, { n: 70, codes: 70 }]);
  bad.series[1]!.quality.fill(quality.badSensor);
  t.is(decoder.decode(encodeFrame(bad), 0), null);
  const good = frameOf([{ n: 100 }, { n: 100 }]);
  t.is(decoder.decode(encodeFrame(good), 0), null);
  t.deepEqual(contentOf(columns), contentOfFrame(good));
});

test('columns grow to the largest frame and shrink when large frames stay away', (t) => {
  const { columns, decoder } = setup();
  const [small, large] = [encodeFrame(frameOf([{ n: 10 }])), encodeFrame(frameOf([{ n: 100_000 }]))];
  t.is(decoder.decode(large, 0), null);
  t.true(columns.dtMs.length >= 100_000);
  for (let i = 0; i < 8 * 1024; i++) decoder.decode(small, 0);
  t.is(columns.dtMs.length, 4096);
  t.is(columns.sampleCount, 10);
});
