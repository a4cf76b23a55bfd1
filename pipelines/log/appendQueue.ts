/** Groups concurrent append calls: one send at a time, so that the order of calls is the order of offsets. */
import { BalancinError } from '#schemas/errors.js';
import type { AppendRecord, AppendResult } from './eventLog.js';

/** What a record adds to its key and value while it waits: framing, headers left out of account. */
const recordBytes = 32;

export interface AppendLimits {
  /** Taken and not yet durable: beyond it `append` throws LIMIT_REACHED. */
  readonly queueBytesMax: number;
  /** One send; a single call larger than this gets one of its own. */
  readonly groupBytesMax: number;
  readonly groupRecordsMax: number;
}

interface Waiting {
  readonly records: readonly AppendRecord[];
  readonly bytes: number;
  readonly resolve: (results: AppendResult[]) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendQueue {
  readonly #limits: AppendLimits;
  readonly #send: (records: readonly AppendRecord[]) => Promise<readonly AppendResult[]>;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | null = null;
  #closed = false;

  /** `send` resolves when all its records are durable, with a result a record in their order. */
  constructor(
    limits: AppendLimits,
    send: (records: readonly AppendRecord[]) => Promise<readonly AppendResult[]>,
  ) {
    this.#limits = limits;
    this.#send = send;
  }

  async append(records: readonly AppendRecord[]): Promise<AppendResult[]> {
    if (this.#closed) throw new BalancinError('BUG', 'append was called after close');
    if (records.length === 0) return [];
    let bytes = 0;
    for (const record of records) bytes += bytesOf(record);
    const { queueBytesMax } = this.#limits;
    if (this.#queuedBytes + bytes > queueBytesMax) {
      throw new BalancinError(
        'LIMIT_REACHED',
        `${this.#queuedBytes} bytes wait to be appended, ${bytes} more would pass the limit of ${queueBytesMax}`,
        { context: { queuedBytes: this.#queuedBytes, bytes, queueBytesMax } },
      );
    }
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ records, bytes, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when everything taken has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Calls made in the same turn of the event loop go together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      await this.#sendGroup(group);
      for (const { bytes } of group) this.#queuedBytes -= bytes;
    }
    this.#running = null;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let records = 0;
    let calls = 0;
    for (const waiting of this.#queue) {
      bytes += waiting.bytes;
      records += waiting.records.length;
      if (calls > 0 && (bytes > this.#limits.groupBytesMax || records > this.#limits.groupRecordsMax)) break;
      calls += 1;
    }
    const group = this.#queue.slice(0, calls);
    this.#queue = this.#queue.slice(calls);
    return group;
  }

  /** Never throws: each call of the group learns what became of it. */
  async #sendGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#send(group.flatMap(({ records }) => records));
      let from = 0;
      for (const { records, resolve } of group) {
        resolve(results.slice(from, from + records.length));
        from += records.length;
      }
    } catch (error) {
      if (group.length > 1 && !(error instanceof BalancinError && error.retry)) {
        // One call's fault must not be another's: each goes alone.
        for (const waiting of group) await this.#sendGroup([waiting]);
        return;
      }
      for (const { reject } of group) reject(error);
    }
  }
}

function bytesOf(record: AppendRecord): number {
  const keyBytes = typeof record.key === 'string' ? Buffer.byteLength(record.key) : record.key.length;
  return recordBytes + keyBytes + (record.value?.length ?? 0);
}
