/** How large a compressed batch can become at most, read from its frame without unpacking it; NaN where it is damaged. */
import { xerialHeaderBytes, xerialMagic } from './xerialFrame.js';

const lz4Magic = 0x184d2204;
const lz4BlockBytes = [0, 0, 0, 0, 64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024];
const zstdMagic = 0xfd2fb528;
const zstdBlockBytes = 128 * 1024;

/** Every block counts as full, which all but the last one are. */
export function lz4PlainMax(bytes: Buffer): number {
  let plain = 0;
  let at = 0;
  while (at + 7 <= bytes.length) {
    if (bytes.readUInt32LE(at) !== lz4Magic) return Number.NaN;
    const flags = bytes[at + 4]!;
    const blockBytes = lz4BlockBytes[(bytes[at + 5]! >> 4) & 7]!;
    at += 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
    for (;;) {
      if (at + 4 > bytes.length) return Number.NaN;
      const size = bytes.readUInt32LE(at);
      at += 4;
      if (size === 0) break;
      const stored = size >= 0x80000000;
      const length = size & 0x7fffffff;
      plain += stored ? length : blockBytes;
      at += length + (flags & 0x10 ? 4 : 0);
    }
    at += flags & 0x04 ? 4 : 0;
  }
  return plain;
}

export function zstdPlainMax(bytes: Buffer): number {
  let plain = 0;
  let at = 0;
  while (at + 6 <= bytes.length) {
    const magic = bytes.readUInt32LE(at);
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== zstdMagic) return Number.NaN;
    const flags = bytes[at + 4]!;
    const isSingle = (flags & 0x20) !== 0;
    const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!;
    at += 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][flags & 3]! + sizeBytes;
    for (let isLast = false; !isLast; ) {
      if (at + 3 > bytes.length) return Number.NaN;
      const header = bytes.readUIntLE(at, 3);
      const type = (header >> 1) & 3;
      const size = header >> 3;
      isLast = (header & 1) === 1;
      // Raw, or one byte repeated: as many bytes as it says; compressed: a block at most.
      plain += type === 2 ? zstdBlockBytes : size;
      at += 3 + (type === 1 ? 1 : size);
    }
    at += flags & 0x04 ? 4 : 0;
  }
  return plain;
}

/** Each block says it. */
export function snappyPlain(bytes: Buffer): number {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return blockPlain(bytes, 0);
  let plain = 0;
  for (let at = xerialHeaderBytes; at + 4 <= bytes.length; ) {
    const length = bytes.readInt32BE(at);
    if (length < 0) return Number.NaN;
    plain += blockPlain(bytes, at + 4);
    at += 4 + length;
  }
  return plain;
}

function blockPlain(bytes: Buffer, from: number): number {
  let value = 0;
  for (let i = 0, unit = 1; i < 5; i++, unit *= 128) {
    const byte = bytes[from + i];
    if (byte === undefined) return Number.NaN;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return value;
  }
  return Number.NaN;
}
