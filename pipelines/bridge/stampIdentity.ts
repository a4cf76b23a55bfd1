/** Puts the authenticated tenant and site in place of those an Avro payload claims, without decoding the rest. */

/** Length and start of an Avro string (zigzag varint, then UTF-8), or null where the bytes end or the length is absurd. */
function readString(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } | null {
  let raw = 0;
  let shift = 0;
  for (;;) {
    const byte = bytes[at++];
    // Names are short: three bytes of varint hold lengths to a million.
    if (byte === undefined || shift > 14) return null;
    raw |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) break;
    shift += 7;
  }
  if ((raw & 1) === 1) return null;
  const end = at + (raw >>> 1);
  return end <= bytes.length ? { start: at, end } : null;
}

function writeString(text: string): Buffer {
  const utf8 = Buffer.from(text, 'utf8');
  let length = utf8.length << 1;
  const head: number[] = [];
  while (length > 0x7f) {
    head.push((length & 0x7f) | 0x80);
    length >>>= 7;
  }
  head.push(length);
  return Buffer.concat([Buffer.from(head), utf8]);
}

/**
 * An Avro record whose first two fields are the strings tenant and site (every topic in is one), with both replaced.
 * The bytes after them are kept as they are. Null where the payload does not start with two strings.
 */
export function stampIdentity(payload: Uint8Array, tenant: string, site: string): Uint8Array | null {
  const first = readString(payload, 0);
  if (first === null) return null;
  const second = readString(payload, first.end);
  if (second === null) return null;
  return Buffer.concat([writeString(tenant), writeString(site), payload.subarray(second.end)]);
}
