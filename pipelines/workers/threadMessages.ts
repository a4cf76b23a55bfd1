/** What a worker thread is told at its start, and what the two sides say to each other. */
import type { CommitTimes } from '#pipelines/commit/commitTimes.js';
import type { Outcome } from '#pipelines/tally.js';
import type { LogSettings } from '#pipelines/log/openLog.js';
import type { CycleLimits } from './workerLoop.js';
import type { StreamOptions } from './topology.js';

/** Plain data: it crosses to the thread. */
export interface ThreadData {
  /** URL of the module whose default export is the topology. */
  readonly topologyUrl: string;
  readonly databaseUrl: string;
  readonly log: LogSettings;
  /** Null keeps schema ids in a table. */
  readonly schemaRegistryUrl: string | null;
  /** Put before topics' names in the registry: what stands before them in Kafka. */
  readonly subjectPrefix: string;
  readonly groupId: string;
  /** Embedded log: the partitions dealt to this thread. */
  readonly tasks: readonly number[];
  readonly owner: string;
  readonly options: StreamOptions;
  readonly limits: CycleLimits;
  readonly bufferBytesMax: number;
  readonly sessionTimeoutMs: number;
}

export interface TaskLine {
  readonly task: number;
  readonly lagRecords: number;
}

/** Counts since the thread started. */
export interface ThreadCounts {
  readonly commits: number;
  readonly rows: number;
  readonly frames: Readonly<Record<Outcome, number>>;
  readonly samples: Readonly<Record<Outcome, number>>;
  readonly rejectedFrames: Readonly<Record<string, number>>;
  /** Of the transactions, however many tasks each carried. */
  readonly commitTimes: CommitTimes;
}

export type FromThread =
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Record<string, unknown>;
      readonly message: string;
    }
  | { readonly kind: 'status'; readonly tasks: readonly TaskLine[]; readonly counts: ThreadCounts };

export interface ToThread {
  readonly kind: 'stop';
}
