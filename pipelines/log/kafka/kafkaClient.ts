/** The kafkajs client of one process: where the brokers are, how to speak to them, where its own messages go. */
import type { ConnectionOptions } from 'node:tls';
import { Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { LogLevel, LogWriter } from '../logWriter.js';

export interface KafkaClientOptions {
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `true` for TLS with the system's authorities, or Node's own options (ca, cert, key). */
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  readonly log: LogWriter;
}

/** A broker that was killed refuses at once; one that hangs is given up after this. */
const connectionTimeoutMs = 3_000;
/** First wait, then doubled: a call is given up after about 6 s and left to its caller. */
export const retry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 6 };

export function createKafkaClient(options: KafkaClientOptions): Kafka {
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: connectionTimeoutMs,
    authenticationTimeout: connectionTimeoutMs,
    retry,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      forward(options.log, entry);
    },
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  });
}

/**
 * kafkajs calls an error what it is about to try again; what it gives up reaches the caller as an exception. So its errors
 * are warnings here, and its information (each pause, each join) is for debugging.
 */
const levels: Readonly<Record<number, LogLevel>> = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'debug',
};

function forward(log: LogWriter, { namespace, level, log: content }: LogEntry): void {
  const { message, ...context } = content;
  log(levels[level] ?? 'debug', `kafka: ${message}`, { namespace, ...context });
}
