/** The log as a schedule sees it: records in memory, a producer whose acknowledgements can be lost. */
import { BalancinError } from '#schemas/errors.js';
import type { AppendRecord, AppendResult, LogProducer, LogRecord } from '#pipelines/log/eventLog.js';
import type { Gates, Process } from './gates.js';

export interface SentMessage {
  readonly messageId: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

export class SimulatedLog {
  readonly partitions: number;
  readonly #topics = new Map<string, LogRecord[][]>();
  /** What relays have sent, in order of arrival. */
  readonly sent: SentMessage[] = [];

  constructor(partitions: number, topics: readonly string[]) {
    this.partitions = partitions;
    for (const topic of topics)
      this.#topics.set(
        topic,
        Array.from({ length: partitions }, () => []),
      );
  }

  append(record: AppendRecord, nowMs: number): LogRecord {
    const key = Buffer.from(record.key);
    const partition = this.partitionOf(key);
    const records = this.of(record.topic, partition);
    const { topic, value } = record;
    const appended = {
      topic,
      partition,
      offset: records.length,
      timestampMs: nowMs,
      key,
      value,
      headers: null,
    };
    records.push(appended);
    return appended;
  }

  /** FNV-1a: any function of the key would do that deals the sites out. */
  partitionOf(key: Uint8Array): number {
    let hash = 0x811c9dc5;
    for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return (hash >>> 8) % this.partitions;
  }

  of(topic: string, partition: number): LogRecord[] {
    const records = this.#topics.get(topic)?.[partition];
    if (records === undefined) throw new Error(`the log has no ${topic}/${partition}`);
    return records;
  }

  all(): LogRecord[] {
    return [...this.#topics.values()].flat(2);
  }

  ends(partition: number): Map<string, number> {
    return new Map([...this.#topics].map(([topic, parts]) => [topic, parts[partition]?.length ?? 0]));
  }

  producer(process: Process, gates: Gates): LogProducer {
    return {
      append: async (records): Promise<AppendResult[]> => {
        const fate = await gates.pass(process, 'relay send');
        if (fate === 'cut') throw unavailable();
        for (const { topic, key, value, headers } of records)
          this.sent.push({
            messageId: Buffer.from(headers?.['message-id'] ?? []).toString('utf8'),
            topic,
            key: key.toString(),
            value,
          });
        if (fate === 'deaf') throw unavailable();
        return records.map(({ topic }, offset) => ({ topic, partition: 0, offset }));
      },
      close: async () => undefined,
    };
  }
}

function unavailable(): BalancinError {
  return new BalancinError('LOG_UNAVAILABLE', 'the broker did not answer');
}
