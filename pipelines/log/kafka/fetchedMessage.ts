/** A record as kafkajs hands it over, but with its offset and time as numbers: text is made only for who asks for it. */

/** What the records of a batch share; kafkajs looks here for who aborted what. */
export interface BatchContext {
  readonly producerId: string;
  readonly inTransaction: boolean;
}

export class FetchedMessage {
  readonly offsetNumber: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]> | undefined;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly attributes = 0;

  constructor(
    offsetNumber: number,
    timestampMs: number,
    key: Buffer | null,
    value: Buffer | null,
    headers: Record<string, Buffer | Buffer[]> | undefined,
    isControlRecord: boolean,
    batchContext: BatchContext,
  ) {
    this.offsetNumber = offsetNumber;
    this.timestampMs = timestampMs;
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.isControlRecord = isControlRecord;
    this.batchContext = batchContext;
  }

  get offset(): string {
    return String(this.offsetNumber);
  }

  get timestamp(): string {
    return String(this.timestampMs);
  }
}

/** Stands for a batch that cannot be unpacked, or is too large to be: nothing of it is read. */
export class UnreadableBatch extends FetchedMessage {
  readonly firstOffset: number;
  readonly why: string;

  constructor(firstOffset: number, lastOffset: number, arrivedMs: number, why: string) {
    super(lastOffset, arrivedMs, null, null, undefined, false, { producerId: '-1', inTransaction: false });
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
