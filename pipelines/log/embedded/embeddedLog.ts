/** The event log kept in PostgreSQL tables, for a laptop: one process, no Kafka. Measured rates: embeddedLog.bench.ts. */
import { BalancinError } from '#schemas/errors.js';
import type { EventLog, LogConsumer, LogProducer, TopicSpec } from '../eventLog.js';
import { type LogWriter, silent } from '../logWriter.js';
import { createTopic } from './createTopic.js';
import { EmbeddedConsumer } from './embeddedConsumer.js';
import { EmbeddedProducer } from './embeddedProducer.js';
import { LogConnection } from './logConnection.js';
import { readPartitions } from './readPartitions.js';
import { readTopics, type TopicRow } from './readTopics.js';
import { trimRecords } from './trimRecords.js';

/** Taken by `append` and not yet durable, bytes a producer. */
const queueBytesMaxDefault = 64 * 1024 * 1024;

export interface EmbeddedLogOptions {
  readonly databaseUrl: string;
  /** Beyond it `append` throws LIMIT_REACHED. */
  readonly queueBytesMax?: number;
  readonly log?: LogWriter;
}

export interface EmbeddedLog extends EventLog {
  /** Deletes what is past its topic's retention, in transactions of at most `recordsMax`. Returns how many records went. */
  trim(now: { readonly nowMs: number; readonly recordsMax: number }): Promise<number>;
}

/** Needs the control migrations; connects when first used. */
export function createEmbeddedLog(options: EmbeddedLogOptions): EmbeddedLog {
  const { databaseUrl, queueBytesMax = queueBytesMaxDefault, log = silent } = options;
  const admin = new LogConnection(databaseUrl, 'balancin log');
  const open = new Set<{ close(): Promise<void> }>();

  async function topicsOf(names: readonly string[]): Promise<TopicRow[]> {
    const rows = await readTopics(admin, names);
    return names.map((topic) => {
      const row = rows.get(topic);
      if (row !== undefined) return row;
      throw new BalancinError('NOT_FOUND', `topic ${topic} is not in the log: create it first`, {
        context: { topic },
      });
    });
  }

  return {
    async createTopics(specs: readonly TopicSpec[]) {
      for (const spec of specs) await createTopic(admin, spec);
    },

    async offsets(topic) {
      const [row] = await topicsOf([topic]);
      if (row === undefined) return [];
      const { topicId, partitions } = row;
      const wanted = Array.from({ length: partitions }, (_, partition) => ({ topicId, partition }));
      const ranges = await readPartitions(admin, wanted);
      return ranges.map((range) => range ?? { low: 0, high: 0 });
    },

    async producer(): Promise<LogProducer> {
      const producer = new EmbeddedProducer(databaseUrl, queueBytesMax);
      open.add(producer);
      return producer;
    },

    async consumer(consumerOptions, handlers): Promise<LogConsumer> {
      const topics = await topicsOf(consumerOptions.topics);
      const consumer = new EmbeddedConsumer(databaseUrl, topics, consumerOptions, handlers, log);
      open.add(consumer);
      return consumer;
    },

    trim: (now) => trimRecords(admin, now),

    async close() {
      await Promise.all([...open].map((each) => each.close()));
      await admin.close();
    },
  };
}
