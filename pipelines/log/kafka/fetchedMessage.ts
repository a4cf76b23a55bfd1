/** A fetched record: what kafkajs looks at, and what the log hands out, in one object. */
import type { LogRecord } from '../eventLog.js';

/** What the records of a batch share; kafkajs looks here for who aborted what. */
export interface BatchContext {
  readonly producerId: string;
  readonly inTransaction: boolean;
  /** A marker of a transaction. */
  readonly isControl: boolean;
}

/**
 * Millions of these are alive while they wait to be read, so there is one object a record and no view of its value. kafkajs
 * takes an offset as a number too.
 */
export class FetchedMessage implements LogRecord {
  /** Known once the record is handed out: kafkajs has both with the batch. */
  topic = '';
  partition = -1;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** Null: it has no value. */
  readonly valueBytes: Buffer | null;
  readonly valueFrom: number;
  readonly valueTo: number;
  readonly headers: Readonly<Record<string, Uint8Array>> | null;
  readonly batchContext: BatchContext;

  constructor(
    offset: number,
    timestampMs: number,
    key: Buffer | null,
    valueBytes: Buffer | null,
    valueFrom: number,
    valueTo: number,
    headers: Readonly<Record<string, Uint8Array>> | null,
    batchContext: BatchContext,
  ) {
    this.offset = offset;
    this.timestampMs = timestampMs;
    this.key = key;
    this.valueBytes = valueBytes;
    this.valueFrom = valueFrom;
    this.valueTo = valueTo;
    this.headers = headers;
    this.batchContext = batchContext;
  }

  get value(): Buffer | null {
    return this.valueBytes === null ? null : this.valueBytes.subarray(this.valueFrom, this.valueTo);
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControl;
  }

  get timestamp(): string {
    return String(this.timestampMs);
  }
}

const noContext: BatchContext = { producerId: '-1', inTransaction: false, isControl: false };

/** Stands for a batch that cannot be unpacked, or is too large to be: nothing of it is read. */
export class UnreadableBatch extends FetchedMessage {
  readonly firstOffset: number;
  readonly why: string;

  constructor(firstOffset: number, lastOffset: number, arrivedMs: number, why: string) {
    super(lastOffset, arrivedMs, null, null, 0, 0, null, noContext);
    this.firstOffset = firstOffset;
    this.why = why;
  }
}

/**
 * The records of a partition in one fetch, in order of their offsets. kafkajs filters them three times, by offset and by
 * what is a control record or aborted: where there is no transaction, what holds for the first then holds for all.
 */
export class FetchedMessages extends Array<FetchedMessage> {
  /** Some record is of a transaction, or a marker of one. */
  transactional = false;

  /** What `filter` and the like make of it is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override filter(
    keep: (message: FetchedMessage, at: number, all: FetchedMessage[]) => unknown,
  ): FetchedMessage[] {
    const [first] = this;
    if (first === undefined || (!this.transactional && keep(first, 0, this))) return this;
    return super.filter(keep);
  }
}
