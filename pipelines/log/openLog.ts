/** The event log that settings ask for: Kafka where brokers are named, else the one embedded in PostgreSQL. */
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { EventLog } from './eventLog.js';
import type { LogWriter } from './logWriter.js';

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: boolean;
  readonly saslMechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' | null;
  readonly saslUsername: string | null;
  readonly saslPassword: string | null;
  /** Put before every topic's name, so that several cells share a cluster. */
  readonly topicPrefix: string;
}

/** Plain data: it crosses to a thread. */
export interface LogSettings {
  readonly databaseUrl: string;
  readonly kafka: KafkaSettings;
}

/** Imports only the adapter it opens; that one connects when first used. */
export async function openLog({ databaseUrl, kafka }: LogSettings, lines: WorkerLog): Promise<EventLog> {
  const log: LogWriter = (level, message, context) => {
    if (level !== 'debug') lines[level]({ ...context }, message);
  };
  if (kafka.brokers.length === 0) {
    const { createEmbeddedLog } = await import('./embedded/embeddedLog.js');
    return createEmbeddedLog({ databaseUrl, log });
  }
  const { createKafkaLog } = await import('./kafka/kafkaLog.js');
  const { saslMechanism: mechanism, saslUsername, saslPassword } = kafka;
  return createKafkaLog({
    brokers: kafka.brokers,
    clientId: kafka.clientId,
    ssl: kafka.tls,
    topicPrefix: kafka.topicPrefix,
    log,
    ...(mechanism === null
      ? {}
      : { sasl: { mechanism, username: saslUsername ?? '', password: saslPassword ?? '' } }),
  });
}
