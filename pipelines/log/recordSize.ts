/** Bytes that a record keeps in memory beside itself: key, value, headers. */
import type { LogRecord } from './eventLog.js';

type Sized = Pick<LogRecord, 'key' | 'value' | 'headers' | 'valueFrom' | 'valueTo'>;

export function recordSize(record: Sized): number {
  const { key, headers } = record;
  const plain = (key === null ? 0 : key.length) + valueSize(record);
  return headers === null ? plain : plain + headersSize(headers);
}

function valueSize(record: Sized): number {
  const { valueFrom, valueTo } = record;
  if (valueFrom !== undefined && valueTo !== undefined) return valueTo - valueFrom;
  return record.value === null ? 0 : record.value.length;
}

function headersSize(headers: Readonly<Record<string, Uint8Array>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length;
  return bytes;
}
