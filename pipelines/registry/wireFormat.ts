/** The Confluent wire format: a zero byte, the schema id as int32 big-endian, the Avro payload. */

export const wireHeaderBytes = 5;
const magic = 0;

/** The payload with its header in front, in one new buffer. */
export function encodeWire(schemaId: number, payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(wireHeaderBytes + payload.length);
  message[0] = magic;
  message.writeInt32BE(schemaId, 1);
  message.set(payload, wireHeaderBytes);
  return message;
}

/**
 * Schema id of a message, or -1 where it does not start with a whole header: shorter than 5 bytes, another magic byte, a
 * negative id. A number and not an object: this runs once a record. The payload follows at `wireHeaderBytes`. The message
 * lies in `bytes` from `from` to `to`.
 */
export function schemaIdOf(bytes: Uint8Array, from = 0, to = bytes.length): number {
  if (to - from < wireHeaderBytes || bytes[from] !== magic) return -1;
  const high = ((bytes[from + 1] ?? 0) << 24) | ((bytes[from + 2] ?? 0) << 16);
  const id = high | ((bytes[from + 3] ?? 0) << 8) | (bytes[from + 4] ?? 0);
  return id < 0 ? -1 : id;
}

/** The Avro payload behind the header: a view, not a copy. */
export function payloadOf(message: Uint8Array): Uint8Array {
  return message.subarray(wireHeaderBytes);
}
