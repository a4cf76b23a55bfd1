/** Snappy as Kafka has it: the blocks of snappy-java's SnappyOutputStream behind its header, each with its length. */
import { compressSync, uncompressSync } from 'snappy';
import { BalancinError } from '#schemas/errors.js';
import { xerialHeader, xerialHeaderBytes, xerialMagic } from './xerialFrame.js';

/** snappy-java's own block size. */
const blockBytes = 32 * 1024;

export function compressXerial(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [xerialHeader];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = compressSync(bytes.subarray(at, at + blockBytes));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length, 0);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Reads both: framed blocks, and the one bare block that some clients write. */
export function uncompressXerial(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return uncompressBlock(bytes);
  const blocks: Buffer[] = [];
  let at = xerialHeaderBytes;
  while (at + 4 <= bytes.length) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length) {
      throw new BalancinError('DATA_INVALID', 'a snappy block is cut short', { context: { length, at } });
    }
    blocks.push(uncompressBlock(bytes.subarray(at, at + length)));
    at += length;
  }
  return Buffer.concat(blocks);
}

function uncompressBlock(block: Buffer): Buffer {
  const plain = uncompressSync(block, { asBuffer: true });
  return typeof plain === 'string' ? Buffer.from(plain) : plain;
}
