/** What a worker thread is told at its start, and what the two sides say to each other. */
import type { ErrorCode } from '#schemas/errors.js';
import type { LogSettings } from '#pipelines/log/openLog.js';
import type { CycleLimits } from './loopParts.js';
import type { ThreadReport } from './taskStatus.js';
import type { StreamOptions } from './topology.js';

export type { ThreadCounts } from './taskStatus.js';

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
  /** Segments of an operator's state before they are folded. */
  readonly segmentsMax?: number;
  readonly sessionTimeoutMs: number;
  /** Place of this thread among those of the process, and the memory by which they take turns. */
  readonly thread: number;
  readonly turns: SharedArrayBuffer;
  /** For so long a registry must answer 'there is none' before records of a schema are dead-lettered. */
  readonly unknownSchemaMs?: number;
  /** How long a stop waits for the database to answer a commit. */
  readonly stopGraceMs?: number;
  /** See `LoopParts`. */
  readonly aloneRecords?: number;
  /** Memory of the thread's JavaScript objects: beyond it the thread alone dies. */
  readonly heapMbMax?: number;
}

/** What all threads of a pool are told alike. */
export type PoolThreadData = Omit<ThreadData, 'tasks' | 'owner' | 'thread' | 'turns'>;

export interface ThreadEnd {
  readonly code: ErrorCode;
  readonly message: string;
  /** Starting again would end the same way: what stands in the configuration or the database must change first. */
  readonly isFinal: boolean;
}

export type FromThread =
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Record<string, unknown>;
      readonly message: string;
    }
  | { readonly kind: 'running' }
  | { readonly kind: 'status'; readonly report: ThreadReport }
  | { readonly kind: 'failed'; readonly end: ThreadEnd };

export interface ToThread {
  readonly kind: 'stop';
}
