/** Long lists of fitted figures behind a net's weights in one binary file: written and found again. */
import type { Manifest } from './manifest.js';

export type TablePlaces = NonNullable<Manifest['tables']>;

const floatBytes = 4;

/** The lists as little-endian 32-bit floats behind the weights, in the order given. */
export function appendTables(
  weights: Buffer,
  tables: Readonly<Record<string, Float32Array>>,
): { readonly bytes: Buffer; readonly places: TablePlaces } {
  const places: TablePlaces = {};
  const parts = [weights];
  let firstByte = weights.byteLength;
  for (const [name, values] of Object.entries(tables)) {
    const part = Buffer.alloc(values.length * floatBytes);
    for (const [i, value] of values.entries()) part.writeFloatLE(value, i * floatBytes);
    places[name] = { firstByte, count: values.length };
    parts.push(part);
    firstByte += part.byteLength;
  }
  return { bytes: Buffer.concat(parts), places };
}

/** The net's own bytes and the lists; null where a place lies outside the file, or one list in another. */
export function splitTables(
  bytes: Buffer,
  places: TablePlaces,
): { readonly weights: Buffer; readonly tables: ReadonlyMap<string, Float32Array> } | null {
  const sorted = Object.entries(places).sort(([, a], [, b]) => a.firstByte - b.firstByte);
  const weightBytes = sorted[0]?.[1].firstByte ?? bytes.byteLength;
  let from = weightBytes;
  const tables = new Map<string, Float32Array>();
  for (const [name, { firstByte, count }] of sorted) {
    if (firstByte !== from || firstByte + count * floatBytes > bytes.byteLength) return null;
    tables.set(
      name,
      Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(firstByte + i * floatBytes)),
    );
    from = firstByte + count * floatBytes;
  }
  return from === bytes.byteLength ? { weights: bytes.subarray(0, weightBytes), tables } : null;
}
