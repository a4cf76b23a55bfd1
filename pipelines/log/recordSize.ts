/** Bytes that a record keeps in memory beside itself: key, value, headers. */
import type { LogRecord } from './eventLog.js';

export function recordSize({ key, value, headers }: Pick<LogRecord, 'key' | 'value' | 'headers'>): number {
  const plain = (key === null ? 0 : key.length) + (value === null ? 0 : value.length);
  return headers === null ? plain : plain + headersSize(headers);
}

function headersSize(headers: Readonly<Record<string, Uint8Array>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length;
  return bytes;
}
