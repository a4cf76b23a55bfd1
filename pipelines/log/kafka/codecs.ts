/** The compression codecs that kafkajs lacks, in the framings that Kafka's Java clients write. */
import { Decoder, Encoder } from '@toondepauw/node-zstd';
import kafkajs, { CompressionTypes } from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
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
    (bytes) => decompressFrameSync(bytes),
  );
  CompressionCodecs[CompressionTypes.Snappy] = codec(compressXerial, uncompressXerial);
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    (bytes) => zstdEncoder.encodeSync(bytes),
    (bytes) => zstdDecoder.decodeSync(bytes),
  );
}
