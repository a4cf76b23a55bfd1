/** Laws of decoding by the writer's schema. */
import avro from 'avsc';
import test from 'ava';
import * as fc from 'fast-check';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import type { Reading } from '#schemas/records/reading.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import { createDecoder } from './decoder.js';
import { encodeFrame } from './encodeFrame.js';

const ours = readSchema('edge.telemetry.v1');

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
  aliases?: string[];
}
/** Our schema as another version would have it. */
function version(edit: (frame: Field[], series: Field[]) => { frame?: Field[]; series?: Field[] }): string {
  const frame = (JSON.parse(ours) as { fields: Field[] }).fields.map(({ name, type }) => ({ name, type }));
  const array = frame.find((f) => f.name === 'series')!.type as { items: { fields: Field[] } };
  const edited = edit(frame, array.items.fields);
  array.items.fields = edited.series ?? array.items.fields;
  return JSON.stringify({ type: 'record', name: 'Other', fields: edited.frame ?? frame });
}

const frame = {
  tenant: 'acme',
  site: 's1',
  well: 'w1',
  stream: 'fast',
  epoch: 3,
  seq: 17,
  t0: 1.76e12,
  historical: false,
  series: [
    { tag: 'esp.pip', dtMs: [0, 5, 3], value: [1.5, Number.NaN, 2], quality: Uint8Array.from([0, 0, 99]) },
    { tag: 'esp.tm', dtMs: [7], value: [-8], quality: new Uint8Array(0) },
  ],
} satisfies EdgeFrame;

function contentOf(r: Reading) {
  const samples = r.sampleCount;
  return {
    names: [r.tenant, r.site, r.well, r.stream, ...r.tags.slice(0, r.seriesCount)],
    numbers: [r.epoch, r.seq, r.t0Ms, r.historical ? 1 : 0, r.seriesCount, samples],
    starts: [...r.starts.subarray(0, r.seriesCount + 1)],
    samples: [
      [...r.dtMs.subarray(0, samples)],
      [...r.values.subarray(0, samples)],
      [...r.quality.subarray(0, samples)],
    ],
    flags: [[...r.allGood.subarray(0, r.seriesCount)], [...r.ordered.subarray(0, r.seriesCount)]],
  };
}

function decoderOf(texts: Readonly<Record<number, string | null>>) {
  return createDecoder({ schemas: { schemaText: (id) => texts[id] } });
}

function encodeAs(schema: string, value: unknown): Buffer {
  return avro.Type.forSchema(JSON.parse(schema) as avro.Schema).toBuffer(value);
}

const buffered = { ...frame, series: frame.series.map((s) => ({ ...s, quality: Buffer.from(s.quality) })) };

function expected(): ReturnType<typeof contentOf> {
  const decoder = decoderOf({ 1: ours });
  decoder.decode(encodeFrame(frame, 1));
  return contentOf(decoder.reading);
}

const evolutions: readonly (readonly [string, string, unknown])[] = [
  [
    'an added field',
    version((f) => ({
      frame: [{ name: 'gateway', type: ['null', 'string'] }, ...f, { name: 'boots', type: 'int' }],
    })),
    { ...buffered, gateway: 'g1', boots: 4 },
  ],
  [
    'a removed field that has a default',
    version((f) => ({ frame: f.filter((x) => x.name !== 'historical') })),
    buffered,
  ],
  [
    'a renamed field with its old name as alias',
    version((f, s) => ({
      frame: f.map((x) => (x.name === 'well' ? { ...x, name: 'wellName', aliases: ['well'] } : x)),
      series: s.map((x) => (x.name === 'value' ? { ...x, name: 'values', aliases: ['value'] } : x)),
    })),
    { ...buffered, wellName: 'w1', series: buffered.series.map((s) => ({ ...s, values: s.value })) },
  ],
  [
    'another order of fields',
    version((f, s) => ({ frame: f.toReversed(), series: s.toReversed() })),
    buffered,
  ],
  [
    'a narrower type',
    version((f) => ({ frame: f.map((x) => (x.name === 'seq' ? { ...x, type: 'int' } : x)) })),
    buffered,
  ],
];
for (const [what, schema, value] of evolutions) {
  test(`a writer with ${what} is read alike`, (t) => {
    const decoder = decoderOf({ 2: schema });
    t.is(decoder.decode(encodeWire(2, encodeAs(schema, value))), 'decoded');
    t.deepEqual(contentOf(decoder.reading), expected());
  });
}

test('the same schema under other names takes the fast path and is read alike', (t) => {
  const schema = version((f) => ({ frame: f }));
  const decoder = decoderOf({ 3: schema });
  t.is(decoder.decode(encodeWire(3, encodeAs(schema, buffered))), 'decoded');
  t.deepEqual(contentOf(decoder.reading), expected());
});

test('records of several writers may alternate', (t) => {
  const texts = { 1: ours, 2: evolutions[0]![1] };
  const decoder = decoderOf(texts);
  for (let i = 0; i < 6; i++) {
    const value = i % 2 === 0 ? encodeFrame(frame, 1) : encodeWire(2, encodeAs(texts[2], evolutions[0]![2]));
    t.is(decoder.decode(value), 'decoded');
    t.deepEqual(contentOf(decoder.reading), expected());
  }
});

test('a writer that lacks a field without default is an unknown schema', (t) => {
  const decoder = decoderOf({ 4: version((f) => ({ frame: f.filter((x) => x.name !== 'seq') })) });
  t.like(decoder.decode(encodeFrame(frame, 4)), { reason: 'unknown-schema', identified: false });
});

test('another topic’s schema is an unknown schema', (t) => {
  const decoder = decoderOf({ 5: readSchema('edge.cards.v1') });
  t.like(decoder.decode(encodeFrame(frame, 5)), { reason: 'unknown-schema' });
});

test('a schema that is not known yet is asked for, then its records are read', (t) => {
  const texts: Record<number, string | null> = {};
  const decoder = decoderOf(texts);
  t.deepEqual(decoder.decode(encodeFrame(frame, 77)), { reason: 'needs-schema', schemaId: 77 });
  texts[77] = null;
  t.like(decoder.decode(encodeFrame(frame, 77)), { reason: 'unknown-schema' });
  texts[77] = ours;
  t.is(decoder.decode(encodeFrame(frame, 77)), 'decoded');
});

for (const [what, value] of [
  ['no value', null],
  ['an empty value', new Uint8Array(0)],
  ['four bytes', new Uint8Array(4)],
  ['another first byte', Buffer.concat([Buffer.from([1]), encodeFrame(frame, 1).subarray(1)])],
  ['text', Buffer.from('{"tenant":"acme"}')],
] as const) {
  test(`${what} is a wire format error`, (t) => {
    t.like(decoderOf({ 1: ours }).decode(value), { reason: 'wire-format', identified: false });
  });
}

test('no change of bytes makes the generic path throw, hang or hold other lengths', (t) => {
  const [, schema, value] = evolutions[0]!;
  const decoder = decoderOf({ 2: schema });
  const valid = encodeWire(2, encodeAs(schema, value));
  const outcomes = new Set<string>();
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(edits, fc.option(fc.nat()), (changes, cut) => {
      let bytes: Uint8Array = Buffer.from(valid);
      for (const [at, byte] of changes) bytes[5 + (at % (bytes.length - 5))] = byte;
      if (cut !== null) bytes = bytes.subarray(0, Math.max(5, cut % (bytes.length + 1)));
      const outcome = decoder.decode(bytes);
      outcomes.add(outcome === 'decoded' ? outcome : outcome.reason);
      const r = decoder.reading;
      if (outcome === 'decoded') t.is(r.starts[r.seriesCount], r.sampleCount);
    }),
    { numRuns: 1000 },
  );
  t.true(outcomes.has('decoded') && outcomes.has('undecodable'));
});

test('a count of items that take no bytes is bounded too', (t) => {
  const schema = version((f) => ({
    frame: [{ name: 'nothing', type: { type: 'array', items: 'null' } }, ...f],
  }));
  const decoder = decoderOf({ 6: schema });
  const count = avro.Type.forSchema('long').toBuffer(2 ** 52);
  const outcome = decoder.decode(encodeWire(6, Buffer.concat([count, Buffer.alloc(100)])));
  t.like(outcome, { reason: 'undecodable' });
});

test('the generic path holds the same limits', (t) => {
  const [, schema] = evolutions[0]!;
  const texts = { 2: schema };
  const decoder = createDecoder({
    schemas: { schemaText: (id) => texts[id as 2] },
    limits: { samplesMax: 10, seriesMax: 2 },
  });
  const decode = (series: unknown[]) =>
    decoder.decode(encodeWire(2, encodeAs(schema, { ...buffered, gateway: null, boots: 0, series })));
  const ofLength = (n: number, values = n) => ({
    tag: 'a',
    dtMs: Array.from({ length: n }, (_, i) => i),
    value: Array.from({ length: values }, () => 1),
    quality: Buffer.alloc(0),
  });
  t.is(decode([ofLength(5), ofLength(5)]), 'decoded');
  t.like(decode([ofLength(5), ofLength(6)]), { reason: 'frame-too-large', identified: true });
  t.like(decode([ofLength(1), ofLength(1), ofLength(1)]), { reason: 'frame-too-large' });
  t.like(decode([ofLength(3, 4)]), { reason: 'length-mismatch' });
  t.like(decode([{ ...ofLength(1), tag: 'x'.repeat(1025) }]), { reason: 'undecodable' });
});
