/** Record headers as the embedded log stores them: uint16 name length, name, uint32 value length, value, and so on. */
import { BalancinError } from '#schemas/errors.js';

type Headers = Readonly<Record<string, Uint8Array>>;

/** Null where there are none, so that the column stays empty. */
export function packHeaders(headers: Headers | undefined): Buffer | null {
  if (headers === undefined) return null;
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const nameBytes = Buffer.from(name, 'utf8');
    if (nameBytes.length > 0xffff)
      throw new BalancinError('DATA_INVALID', 'a header name is over 65,535 bytes');
    const lengths = Buffer.allocUnsafe(6);
    lengths.writeUInt16BE(nameBytes.length, 0);
    lengths.writeUInt32BE(value.length, 2);
    parts.push(lengths, nameBytes, value);
  }
  return parts.length === 0 ? null : Buffer.concat(parts);
}

export function unpackHeaders(packed: Buffer | null): Headers | null {
  if (packed === null || packed.length === 0) return null;
  const headers: [string, Uint8Array][] = [];
  let at = 0;
  while (at < packed.length) {
    const nameEnd = at + 6 + packed.readUInt16BE(at);
    const valueEnd = nameEnd + packed.readUInt32BE(at + 2);
    headers.push([packed.toString('utf8', at + 6, nameEnd), packed.subarray(nameEnd, valueEnd)]);
    at = valueEnd;
  }
  return Object.fromEntries(headers);
}
