/** The codecs against bytes that Kafka's own Java classes wrote. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import kafkajs from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import { type Compression, compressionTypes, registerCodecs } from './codecs.js';
import { compressXerial, uncompressXerial } from './xerialSnappy.js';

interface Codec {
  compress(plain: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(packed: Buffer): Promise<Buffer>;
}

const plain = Buffer.from('balancín '.repeat(4_000), 'utf8');
const byJava = JSON.parse(
  await readFile(new URL(import.meta.resolve('#pipelines/log/kafka/codecsByJava.json')), 'utf8'),
) as Record<string, string>;

registerCodecs();

function codecOf(name: Exclude<Compression, 'none'>): Codec {
  const codecs = kafkajs.CompressionCodecs as unknown as Readonly<Record<number, () => Codec>>;
  const make = codecs[compressionTypes[name]];
  if (make === undefined) throw new BalancinError('BUG', `no codec for ${name}`);
  return make();
}

for (const name of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
  test(`${name} as Java writes it is read`, async (t) => {
    const read = await codecOf(name).decompress(Buffer.from(byJava[name] ?? '', 'base64'));
    t.true(read.equals(plain));
  });

  test(`${name} gives back what it took, from nothing to several blocks`, async (t) => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('x'), plain, Buffer.alloc(300_000, 'abcdefg')]) {
      const packed = await codecOf(name).compress({ buffer: bytes });
      t.true((await codecOf(name).decompress(packed)).equals(bytes));
    }
  });
}

test('snappy begins as snappy-java begins', (t) => {
  const java = Buffer.from(byJava['snappy'] ?? '', 'base64');
  t.is(compressXerial(plain).toString('hex', 0, 16), java.toString('hex', 0, 16));
});

test('a bare snappy block is read too', (t) => {
  const framed = compressXerial(Buffer.from('bare'));
  t.is(uncompressXerial(framed.subarray(20)).toString(), 'bare');
});

test('a snappy block cut short is refused', (t) => {
  const framed = compressXerial(plain);
  t.throws(() => uncompressXerial(framed.subarray(0, -1)), { code: 'DATA_INVALID' });
});
