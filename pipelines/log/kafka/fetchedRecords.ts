/** Records that were fetched and not yet polled: bounded, earlier topics first. */
import type { LogBatch, LogRecord } from '../eventLog.js';
import { recordSize } from '../recordSize.js';

interface Fetched {
  readonly partition: number;
  readonly highWatermark: number;
  readonly records: readonly LogRecord[];
  /** Records before this one were handed out. */
  from: number;
  readonly bytesPerRecord: number;
}

/**
 * A topic is full when all that is buffered reaches its mark. The first topic's mark is the whole limit, those after it
 * have lower ones: whatever backfill has piled up, there is room for live records. The limit is passed by one fetch at
 * most.
 */
export class FetchedRecords {
  readonly #queues: ReadonlyMap<string, Fetched[]>;
  readonly #marks: ReadonlyMap<string, number>;
  #bytes = 0;

  constructor(topics: readonly string[], bytesMax: number) {
    this.#queues = new Map(topics.map((topic) => [topic, []]));
    this.#marks = new Map(topics.map((topic, i) => [topic, bytesMax * (1 - i / topics.length)]));
  }

  get bytes(): number {
    return this.#bytes;
  }

  isFull(topic: string): boolean {
    return this.#bytes >= (this.#marks.get(topic) ?? 0);
  }

  /** Half empty: low enough to fetch again. */
  hasRoom(topic: string): boolean {
    return this.#bytes <= (this.#marks.get(topic) ?? 0) / 2;
  }

  push(
    topic: string,
    partition: number,
    highWatermark: number,
    records: readonly LogRecord[],
    bytes: number,
  ): void {
    if (records.length === 0) return;
    const bytesPerRecord = bytes / records.length;
    this.#queues.get(topic)?.push({ partition, highWatermark, records, from: 0, bytesPerRecord });
    this.#bytes += bytes;
  }

  take(limits: { readonly recordsMax: number; readonly bytesMax: number }): LogBatch[] {
    const batches: LogBatch[] = [];
    let recordsLeft = limits.recordsMax;
    let bytesLeft = limits.bytesMax;
    for (const [topic, queue] of this.#queues) {
      let done = 0;
      for (const fetched of queue) {
        const records = this.#takeFrom(fetched, recordsLeft, bytesLeft);
        if (records.length === 0) break;
        recordsLeft -= records.length;
        for (const record of records) bytesLeft -= recordSize(record);
        const { partition, highWatermark } = fetched;
        batches.push({ topic, partition, highWatermark, records });
        if (fetched.from < fetched.records.length) break;
        done += 1;
      }
      queue.splice(0, done);
      if (recordsLeft <= 0 || bytesLeft <= 0) break;
    }
    if (this.#isEmpty()) this.#bytes = 0;
    return batches;
  }

  holds(partition: number): boolean {
    for (const queue of this.#queues.values())
      if (queue.some((fetched) => fetched.partition === partition)) return true;
    return false;
  }

  /** Forgets a task's records. Gives, a topic, the first offset that was not handed out. */
  drop(partition: number): Map<string, number> {
    const first = new Map<string, number>();
    for (const [topic, queue] of this.#queues) {
      const dropped = queue.filter((fetched) => fetched.partition === partition);
      for (const { records, from, bytesPerRecord } of dropped) {
        this.#bytes -= bytesPerRecord * (records.length - from);
        const next = records[from]?.offset;
        if (next !== undefined && !first.has(topic)) first.set(topic, next);
      }
      if (dropped.length > 0)
        queue.splice(0, queue.length, ...queue.filter((f) => f.partition !== partition));
    }
    if (this.#isEmpty()) this.#bytes = 0;
    return first;
  }

  #takeFrom(fetched: Fetched, recordsLeft: number, bytesLeft: number): readonly LogRecord[] {
    const { records, from } = fetched;
    const most = Math.min(records.length, from + recordsLeft);
    let to = from;
    for (let left = bytesLeft; to < most && left > 0; to += 1) {
      const record = records[to];
      if (record !== undefined) left -= recordSize(record);
    }
    fetched.from = to;
    this.#bytes -= fetched.bytesPerRecord * (to - from);
    return from === 0 && to === records.length ? records : records.slice(from, to);
  }

  /** Sums of fractions leave a rest; an empty buffer starts again from 0. */
  #isEmpty(): boolean {
    for (const queue of this.#queues.values()) if (queue.length > 0) return false;
    return true;
  }
}
