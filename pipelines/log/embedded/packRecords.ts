/** Packs records into the arguments of `balancin.log_append`: one buffer with all bytes, and where each part begins. */
import { BalancinError } from '#schemas/errors.js';
import type { AppendRecord } from '../eventLog.js';
import { packHeaders } from './headers.js';

/** A PostgreSQL partition a batch touches. */
interface Slot {
  readonly topicId: number;
  readonly partition: number;
  records: number;
}

export interface PackedRecords {
  readonly values: unknown[];
  /** Of every record, in their order: index of its slot, and its place among the slot's records. */
  readonly slotOf: readonly number[];
  readonly rankOf: readonly number[];
}

/** `topicIds` and `partitions` say where each record goes. */
export function packRecords(
  records: readonly AppendRecord[],
  topicIds: readonly number[],
  partitions: readonly number[],
): PackedRecords {
  const slots: Slot[] = [];
  const slotIndex = new Map<string, number>();
  const slotOf: number[] = [];
  const rankOf: number[] = [];
  const starts: number[] = [];
  const keyLengths: number[] = [];
  const valueLengths: number[] = [];
  const headerLengths: number[] = [];
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const [i, record] of records.entries()) {
    const topicId = topicIds[i];
    const partition = partitions[i];
    if (topicId === undefined || partition === undefined)
      throw new BalancinError('BUG', 'a record has no place');
    const name = `${topicId}/${partition}`;
    let index = slotIndex.get(name);
    if (index === undefined) {
      index = slots.push({ topicId, partition, records: 0 }) - 1;
      slotIndex.set(name, index);
    }
    const slot = slots[index];
    if (slot === undefined) throw new BalancinError('BUG', 'a slot was lost while packing');
    slotOf.push(index);
    rankOf.push(slot.records);
    slot.records += 1;

    const key = typeof record.key === 'string' ? Buffer.from(record.key, 'utf8') : record.key;
    const headers = packHeaders(record.headers);
    starts.push(start);
    keyLengths.push(key.length);
    valueLengths.push(record.value?.length ?? -1);
    headerLengths.push(headers?.length ?? -1);
    parts.push(key);
    if (record.value !== null) parts.push(record.value);
    if (headers !== null) parts.push(headers);
    start += key.length + (record.value?.length ?? 0) + (headers?.length ?? 0);
  }
  return {
    values: [
      arrayText(slots.map((s) => s.topicId)),
      arrayText(slots.map((s) => s.partition)),
      arrayText(slots.map((s) => s.records)),
      // PostgreSQL counts array elements from 1.
      arrayText(slotOf.map((index) => index + 1)),
      arrayText(rankOf),
      arrayText(starts),
      arrayText(keyLengths),
      arrayText(valueLengths),
      arrayText(headerLengths),
      Buffer.concat(parts, start),
    ],
    slotOf,
    rankOf,
  };
}

/** `pg` quotes every element of an array; integers need none of that. */
export function arrayText(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`;
}
