/** The event log as the rest of the system sees it: an append-only log of partitioned topics. Kafka or embedded. */

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  /** Position in the partition; below 2^53. Gaps are normal on Kafka. */
  readonly offset: number;
  /** The log's clock when the record was appended, ms: its arrival. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, Uint8Array>> | null;
  /**
   * Given where `value` is a view that is made at each look: it lies in these bytes, from `valueFrom` to `valueTo`. Who looks
   * at every record looks here, since a view costs as much as reading a small frame.
   */
  readonly valueBytes?: Uint8Array | null;
  readonly valueFrom?: number;
  readonly valueTo?: number;
  /** Given where this is no record, but stands for all from there to `offset`, which cannot be read and are passed by. */
  readonly passedFrom?: number;
}

export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  /** One past the last record of the partition when the batch was fetched: lag = highWatermark - next offset. */
  readonly highWatermark: number;
  /** Offsets ascending, none below the position that `assigned` returned or `seek` set. */
  readonly records: readonly LogRecord[];
}

export interface AppendRecord {
  readonly topic: string;
  /** Chooses the partition: murmur2 as Kafka's default partitioner. */
  readonly key: string | Uint8Array;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array>>;
}

export interface AppendResult {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  /** Null keeps the log's default. */
  readonly retentionMs: number | null;
}

export interface LogProducer {
  /** Resolves when every record is durable (acks from all in-sync replicas; committed in PostgreSQL). Order a key is kept. */
  append(records: readonly AppendRecord[]): Promise<AppendResult[]>;
  close(): Promise<void>;
}

/** Records that stand in one batch that cannot be unpacked; both offsets belong to it. */
export interface UnreadableRecords {
  readonly topic: string;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** The log's clock when they were appended, ms. */
  readonly arrivedMs: number;
  readonly why: string;
}

/** A task is a partition number: it owns that partition of every topic consumed. */
export interface ConsumerHandlers {
  /** A task became ours: claim and restore it, then say where to read on, a topic at a time. Records follow only after this. */
  assigned(task: number): Promise<ReadonlyMap<string, number>>;
  /**
   * No record before the offsets last given for the task arrived later than this, by the log's clock, ms; 0: not known. A
   * log in which one did is another one under the same name, or was cut and grew again: the task fails.
   */
  arrivedUntilMs?(task: number): number;
  /**
   * These come next and cannot be read. True: they are passed by, in one record with `passedFrom`, since only so it is clear
   * that all before them was read; false: the task fails. The default is false.
   */
  unreadable?(task: number, records: UnreadableRecords): boolean;
  /** A task is no longer ours (or the consumer closes). No record of it follows. */
  revoked(task: number): Promise<void>;
  /** A position cannot be served: outside the log, or the log is another one. The task is stopped, the others go on. */
  failed(task: number, error: Error): void;
}

export interface ConsumerOptions {
  readonly topics: readonly string[];
  /** Kafka's consumer group. The embedded log ignores it. */
  readonly groupId: string;
  /** Embedded log: the tasks dealt to this consumer by its supervisor. Kafka's group protocol ignores it. */
  readonly tasks: readonly number[];
  /** Fetched and not yet polled, bytes: beyond it the consumer stops fetching. */
  readonly bufferBytesMax: number;
  readonly sessionTimeoutMs: number;
}

export interface LogConsumer {
  /**
   * The next batches, in topic order (`ConsumerOptions.topics`: live topics first, so that catching up never delays them),
   * or an empty list after `timeoutMs`. One call at a time.
   */
  poll(limits: {
    readonly recordsMax: number;
    readonly bytesMax: number;
    readonly timeoutMs: number;
  }): Promise<LogBatch[]>;
  /** Ends a poll that waits: it comes back at once, with nothing if there is nothing. */
  wake(): void;
  /**
   * When the log last held nothing for the task that was not handed out, by our wall clock, ms; null while records wait, be
   * they fetched or not, and while that is not known. What arrived before that time was read: the cycle's clock may go so far.
   */
  caughtUpMs(task: number): number | null;
  /** Back-pressure without losing membership. */
  pause(task: number): void;
  resume(task: number): void;
  /** Read this task again from these offsets (after its state was restored). */
  seek(task: number, offsets: ReadonlyMap<string, number>): void;
  close(): Promise<void>;
}

export interface EventLog {
  /** Creates what is missing, with LogAppendTime; throws INCOMPATIBLE where a topic stands with another partition count. */
  createTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Lowest offset held and one past the last, by partition. */
  offsets(topic: string): Promise<readonly { readonly low: number; readonly high: number }[]>;
  producer(): Promise<LogProducer>;
  consumer(options: ConsumerOptions, handlers: ConsumerHandlers): Promise<LogConsumer>;
  close(): Promise<void>;
}
