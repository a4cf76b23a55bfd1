/** Gathers single appends into batches: what comes while one batch is under way goes with the next. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import type { AppendRecord, LogProducer } from '#pipelines/log/eventLog.js';

export interface AppendQueueOptions {
  /** Records waiting or under way; more are refused with LIMIT_REACHED, so that the sender's own back-pressure works. */
  readonly recordsMax: number;
  readonly batchRecordsMax: number;
  /** Waits between tries while the log is away; doubled up to the maximum. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** Told of each failed try. */
  failed(error: unknown, waitMs: number): void;
}

interface Waiting {
  readonly record: AppendRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class AppendQueue {
  readonly #producer: LogProducer;
  readonly #options: AppendQueueOptions;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #pump: Promise<void> | null = null;
  readonly #closed = new AbortController();

  constructor(producer: LogProducer, options: AppendQueueOptions) {
    this.#producer = producer;
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.length + this.#underWay;
  }

  /** Resolves when the log holds the record durably. While the log is away it is tried again until the queue closes. */
  append(record: AppendRecord): Promise<void> {
    if (this.#closed.signal.aborted)
      return Promise.reject(new BalancinError('LOG_UNAVAILABLE', 'the bridge is closing'));
    if (this.size >= this.#options.recordsMax)
      return Promise.reject(
        new BalancinError('LIMIT_REACHED', `${this.size} messages wait for the log; send again later`),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#pump ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // Let what arrives in the same turn come along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.batchRecordsMax);
      this.#underWay = batch.length;
      await this.#send(batch);
      this.#underWay = 0;
    }
    this.#pump = null;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    for (let waitMs = this.#options.retryMs; ; waitMs = Math.min(2 * waitMs, this.#options.retryMaxMs)) {
      try {
        await this.#producer.append(batch.map(({ record }) => record));
        for (const { resolve } of batch) resolve();
        return;
      } catch (error) {
        if (this.#closed.signal.aborted) {
          for (const { reject } of batch) reject(error);
          return;
        }
        this.#options.failed(error, waitMs);
        await sleep(waitMs, undefined, { signal: this.#closed.signal }).catch(() => {});
      }
    }
  }

  /** What is under way is finished or refused; the senders keep what was not acknowledged. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#pump;
  }
}
