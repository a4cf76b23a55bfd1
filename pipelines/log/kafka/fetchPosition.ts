/** Where one partition of one topic is read on. */
import type { LogRecord } from '../eventLog.js';

export interface ReadTo {
  /** One past the last record; 0: none. */
  readonly next: number;
  /** The latest arrival before it, by the log's clock, ms; 0: not known. */
  readonly arrivedMs: number;
}

/**
 * Where one partition of one topic is read on, and what may be believed of a batch: kafkajs moves its own position without
 * a word (out of range: to the start; a rebalance: to the committed offset; a seek: at some later fetch).
 *
 * 1. A batch is taken only if it was fetched from exactly `next`: so nothing is skipped and nothing comes twice.
 * 2. Records that are filtered out (of aborted transactions, transaction markers) move `next` where they begin at it.
 * 3. Any other batch is put aside and the log asked for its range. Outside of it: the task fails. Inside: seek again.
 * 4. The same gap twice in a row, each time after a seek, with `next` inside the log's range: there is nothing between, as
 *    in a compacted topic. It is accepted, or the seeking would never end.
 * 5. No record below what was read arrived later than it. Where the log says otherwise it is another one, or was cut and has
 *    grown again: the task fails. Asked at the start, when kafkajs joins anew, and now and then.
 */
export class FetchPosition {
  readonly topic: string;
  readonly task: number;
  next: number;
  /** One past the partition's last record, as last heard; -1: not heard of yet. */
  high = -1;
  /** When `high` was heard, by our wall clock, ms. */
  highSeenMs = 0;
  /** Questions to the log under way: nothing is taken meanwhile. */
  #checks = 0;
  /** As far as was read; filtered records left out. */
  read: ReadTo = { next: 0, arrivedMs: 0 };
  /** Read before it was last asked whether the log is the same: what a log made anew since then cannot hold. */
  known: ReadTo = { next: 0, arrivedMs: 0 };
  /** When it was last asked whether the log is still the same, by our wall clock, ms. */
  sameAskedMs = 0;
  /** How often kafkajs joined anew since it was asked for that; 0: it is not being asked. */
  joins = 0;
  /** Where the last batch put aside was fetched from; -1: none since the last one taken. */
  #gapTo = -1;

  constructor(topic: string, task: number, next: number) {
    this.topic = topic;
    this.task = task;
    this.next = next;
  }

  get checking(): boolean {
    return this.#checks > 0;
  }

  beginCheck(): void {
    this.#checks += 1;
  }

  /** True where it was the last one under way. */
  endCheck(): boolean {
    this.#checks -= 1;
    return this.#checks === 0;
  }

  /** A batch fetched from `next` was taken; its last record, filtered ones included, is at `lastOffset`. */
  advance(lastOffset: number): void {
    this.next = lastOffset + 1;
    this.#gapTo = -1;
  }

  /** Records were taken, at least one. */
  took(records: readonly LogRecord[]): void {
    let { arrivedMs } = this.read;
    for (const { timestampMs } of records) if (timestampMs > arrivedMs) arrivedMs = timestampMs;
    this.read = { next: (records.at(-1) as LogRecord).offset + 1, arrivedMs };
    if (this.known.next === 0) this.known = this.read;
  }

  heardHigh(high: number, seenMs: number): void {
    this.high = high;
    this.highSeenMs = seenMs;
  }

  /** All that the partition held when it was last heard of was taken. */
  get atEnd(): boolean {
    return this.high >= 0 && this.next >= this.high;
  }

  /** Rule 2. */
  passFiltered(firstOffset: number, lastOffset: number): void {
    if (firstOffset === this.next && !this.checking) this.advance(lastOffset);
  }

  /** Rule 4, when `next` is known to lie in the log's range. True: the gap is accepted. */
  acceptGap(fetchedFrom: number): boolean {
    const again = fetchedFrom > this.next && fetchedFrom === this.#gapTo;
    this.#gapTo = again ? -1 : fetchedFrom;
    if (again) this.next = fetchedFrom;
    return again;
  }
}
