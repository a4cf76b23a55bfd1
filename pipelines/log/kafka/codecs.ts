/** The compression codecs that kafkajs lacks, in the framings that Kafka's Java clients write. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { Decoder, Encoder } from '@toondepauw/node-zstd';
import kafkajs, { CompressionTypes } from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { BalancinError } from '#schemas/errors.js';
import { lz4PlainMax, snappyPlain, zstdPlainMax } from './plainSize.js';
import { compressXerial, uncompressXerial } from './xerialSnappy.js';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export const compressionTypes: Readonly<Record<Compression, CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** What zstd's own tools take; Kafka's Java client does too. */
const zstdLevel = 3;

/**
 * What one batch may become when it is unpacked, bytes: 1 MiB, a producer's usual limit, at 100 : 1 is within, what a few
 * bytes can be made to swell to is not. The batch is held as a whole.
 */
export const batchPlainBytesMax = 128 * 1024 * 1024;

/** Throws DATA_INVALID where it may become more. */
function bounded(plainMax: (bytes: Buffer) => number, decompress: (bytes: Buffer) => Buffer) {
  return (bytes: Buffer): Buffer => {
    // Damaged: the library says how.
    if (plainMax(bytes) > batchPlainBytesMax) throw tooLarge(bytes);
    return decompress(bytes);
  };
}

function gunzipBounded(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: batchPlainBytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bytes);
    throw error;
  }
}

function tooLarge(bytes: Buffer): BalancinError {
  return new BalancinError(
    'DATA_INVALID',
    `${bytes.length} compressed bytes would become more than ${batchPlainBytesMax}`,
    { context: { compressedBytes: bytes.length, batchPlainBytesMax } },
  );
}

/** kafkajs hands over an object that holds the bytes, and wants a promise. */
interface Uncompressed {
  readonly buffer: Buffer;
}

function codec(compress: (bytes: Buffer) => Buffer, decompress: (bytes: Buffer) => Buffer) {
  return () => ({
    compress: async ({ buffer }: Uncompressed) => compress(buffer),
    decompress: async (buffer: Buffer) => decompress(buffer),
  });
}

/**
 * kafkajs keeps its codecs in one table a process; filling it again changes nothing. Synchronous on purpose: a hop to
 * another thread costs more than the few hundred kB of a record batch.
 */
export function registerCodecs(): void {
  // Node sees this one name only behind the default export.
  const { CompressionCodecs } = kafkajs;
  const zstdEncoder = new Encoder(zstdLevel);
  const zstdDecoder = new Decoder();
  CompressionCodecs[CompressionTypes.LZ4] = codec(
    (bytes) => compressFrameSync(bytes),
    bounded(lz4PlainMax, (bytes) => decompressFrameSync(bytes)),
  );
  CompressionCodecs[CompressionTypes.Snappy] = codec(compressXerial, bounded(snappyPlain, uncompressXerial));
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    (bytes) => zstdEncoder.encodeSync(bytes),
    bounded(zstdPlainMax, (bytes) => zstdDecoder.decodeSync(bytes)),
  );
  CompressionCodecs[CompressionTypes.GZIP] = codec((bytes) => gzipSync(bytes), gunzipBounded);
}
