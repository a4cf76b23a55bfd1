/** The codecs against bytes that Kafka's own Java classes wrote. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import kafkajs from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import { batchPlainBytesMax, type Compression, compressionTypes, registerCodecs } from './codecs.js';
import { lz4PlainMax, snappyPlain, zstdPlainMax } from './plainSize.js';
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

const plainMax = { snappy: snappyPlain, lz4: lz4PlainMax, zstd: zstdPlainMax };
for (const name of ['snappy', 'lz4', 'zstd'] as const)
  test(`what ${name} can become is read from its frame: never less than it becomes`, async (t) => {
    t.true(plainMax[name](Buffer.from(byJava[name] ?? '', 'base64')) >= plain.length);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('x'),
      plain,
      Buffer.alloc(700_000, 'abcdefg'),
      randomBytes(300_000),
    ]) {
      const max = plainMax[name](await codecOf(name).compress({ buffer: bytes }));
      t.true(max >= bytes.length, `${max} for ${bytes.length}`);
      t.true(max < bytes.length + 4 * 1024 * 1024, `${max} for ${bytes.length}`);
    }
  });

for (const name of ['gzip', 'snappy', 'lz4', 'zstd'] as const)
  test(`${name}: a batch at the limit is unpacked, one beyond it is refused`, async (t) => {
    const at = await codecOf(name).compress({ buffer: Buffer.alloc(batchPlainBytesMax) });
    t.is((await codecOf(name).decompress(at)).length, batchPlainBytesMax);
    const beyond = await codecOf(name).compress({ buffer: Buffer.alloc(batchPlainBytesMax + 1) });
    t.true(beyond.length < batchPlainBytesMax / 15);
    await t.throwsAsync(codecOf(name).decompress(beyond), { code: 'DATA_INVALID' });
  });

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
