/** Where a mutant may differ from the engine: the ports that a schedule gives to its workers, and the database's functions. */
import type { Pool } from 'pg';
import type { OutboxRelay, OutboxRelayOptions } from '#pipelines/commit/outboxRelay.js';
import type { OpenSession } from '#pipelines/commit/session.js';
import type { Committer } from '#pipelines/commit/taskCommit.js';
import type { LogConsumer, LogProducer } from '#pipelines/log/eventLog.js';
import type { OpenTopology } from '#pipelines/workers/topology.js';

export interface CommitterParts {
  readonly openSession: OpenSession;
}

/** What one worker gets in the place of its ports. */
export interface WorkerMutation {
  readonly committer?: (real: Committer, parts: CommitterParts) => Committer;
  readonly relay?: (options: OutboxRelayOptions) => OutboxRelay;
  readonly producer?: (real: LogProducer) => LogProducer;
  readonly consumer?: (real: LogConsumer) => LogConsumer;
  readonly open?: (real: OpenTopology) => OpenTopology;
}

export interface SplitMessage {
  readonly text: string;
  /** Over another connection, and so in another transaction. */
  readonly elsewhere: boolean;
}

export interface Mutation {
  readonly name: string;
  /** Called once a worker. */
  readonly worker?: () => WorkerMutation;
  /** What is sent to the database in the place of a message, one after the other; null: the message as it is. */
  readonly split?: (text: string) => readonly SplitMessage[] | null;
  /** Changes the database, once, before its first schedule. */
  readonly database?: (pool: Pool) => Promise<void>;
}

export const unchanged: Mutation = { name: 'none' };
