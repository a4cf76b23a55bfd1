/** Records that were polled for tasks which cannot take them yet: kept up to a limit over all tasks, read again beyond it. */
import type { LogBatch } from '#pipelines/log/eventLog.js';
import { recordSize } from '#pipelines/log/recordSize.js';

/** What a record holds beside its key, value and headers, bytes. */
const recordBytes = 200;

/** Shared by the tasks of a thread. */
export class HeldBudget {
  readonly bytesMax: number;
  bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }
}

/** Those of one task, in the order they were polled. */
export class HeldRecords {
  readonly #budget: HeldBudget;
  #batches: LogBatch[] = [];
  #bytes = 0;
  #overflowed = false;

  constructor(budget: HeldBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0 && !this.#overflowed;
  }

  /** Records were let go: the log must be read again from the task's next offsets, after `clear`. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Keeps the batch from its `from`-th record on, or lets go of all that is held of the task. */
  push(batch: LogBatch, from: number): void {
    if (this.#overflowed || from >= batch.records.length) return;
    const records = from === 0 ? batch.records : batch.records.slice(from);
    let bytes = 0;
    for (const record of records) bytes += recordBytes + recordSize(record);
    if (this.#budget.bytes + bytes > this.#budget.bytesMax) {
      this.clear();
      this.#overflowed = true;
      return;
    }
    this.#budget.bytes += bytes;
    this.#bytes += bytes;
    this.#batches.push({ ...batch, records });
  }

  /** All that is held, which is then held no more. */
  take(): LogBatch[] {
    const batches = this.#batches;
    this.clear();
    return batches;
  }

  clear(): void {
    this.#budget.bytes -= this.#bytes;
    this.#bytes = 0;
    this.#batches = [];
    this.#overflowed = false;
  }
}
