/** What the parts of one consumer share. */
import type { UnreadableRecords } from '../eventLog.js';
import type { LogWriter } from '../logWriter.js';
import type { FetchControl } from './fetchControl.js';
import type { FetchPosition } from './fetchPosition.js';
import type { OffsetRange } from './kafkaTopics.js';
import type { ReadPositions } from './readPositions.js';

/** What the consumer needs to know of the cluster; topics by their own names. */
export interface ConsumerCluster {
  readonly prefix: string;
  /** Asked for after the call. */
  offsets(topic: string): Promise<readonly OffsetRange[]>;
  /** First offset with a record later than that; one past the last where there is none. */
  firstAfter(topic: string, partition: number, timestampMs: number): Promise<number>;
  readonly log: LogWriter;
  onClose(): void;
}

export interface ConsumerReading {
  readonly topics: readonly string[];
  readonly cluster: ConsumerCluster;
  readonly positions: ReadPositions;
  readonly control: FetchControl;
  isClosed(): boolean;
  /** True where these records are passed by. */
  passes(task: number, records: UnreadableRecords): boolean;
  /** Stops the task of a position that is still current; nothing otherwise. */
  fail(position: FetchPosition, reason: Error): void;
}
