/** What the event log's tests read with: topics of their own, a consumer that keeps what it was handed. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { BalancinError } from '#schemas/errors.js';
import type { AppendRecord, EventLog, LogBatch, LogConsumer, LogRecord } from './eventLog.js';
import { partitionOf } from './partitioner.js';

/** Longer than any law needs on a loaded machine; a law that is broken fails here. */
export const patienceMs = 60_000;
export const partitions = 4;
export const allTasks = [0, 1, 2, 3];
const pollLimits = { recordsMax: 1_000, bytesMax: 8 * 1024 * 1024, timeoutMs: 100 };

/** A key that lands in the partition. */
export function keyIn(partition: number): string {
  for (let i = 0; ; i += 1) if (partitionOf(`key-${i}`, partitions) === partition) return `key-${i}`;
}

/** Topic names that no other test uses: live first. */
export async function createTestTopics(log: EventLog): Promise<[live: string, backfill: string]> {
  const suffix = randomBytes(5).toString('hex');
  const names: [string, string] = [`live-${suffix}`, `backfill-${suffix}`];
  const rest = { partitions, replicationFactor: 1, retentionMs: null };
  await log.createTopics(names.map((topic) => ({ topic, ...rest })));
  return names;
}

interface ReaderOptions {
  readonly topics: readonly string[];
  readonly groupId?: string;
  readonly tasks?: readonly number[];
  readonly bufferBytesMax?: number;
  readonly sessionTimeoutMs?: number;
  readonly arrivedUntilMs?: () => number;
  /** Records that cannot be read are passed by. */
  readonly passes?: boolean;
  /** What `assigned` answers; the default knows no topic. */
  readonly offsets?: (task: number) => ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
}

/** A consumer that keeps what it was handed. */
export class Reader {
  readonly records: LogRecord[] = [];
  readonly batches: LogBatch[] = [];
  readonly events: string[] = [];
  readonly failures = new Map<number, Error>();
  readonly owned = new Set<number>();
  consumer: LogConsumer | null = null;

  async poll(limits = pollLimits): Promise<LogBatch[]> {
    if (this.consumer === null) throw new BalancinError('BUG', 'the reader was not opened');
    const batches = await this.consumer.poll(limits);
    for (const batch of batches) this.records.push(...batch.records);
    this.batches.push(...batches);
    return batches;
  }

  /** Polls until it holds, or the test's patience ends. */
  async until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!holds()) {
      if (Date.now() > deadline) {
        const state = `${this.records.length} records, ${this.events.join(' ')}`;
        throw new BalancinError('BUG', `the reader waited in vain: ${state}`);
      }
      await this.poll();
    }
  }

  values(topic?: string): string[] {
    return this.records.filter((r) => topic === undefined || r.topic === topic).map(valueText);
  }
}

export async function openReader(
  t: ExecutionContext,
  log: EventLog,
  options: ReaderOptions,
): Promise<Reader> {
  const reader = new Reader();
  reader.consumer = await log.consumer(
    {
      topics: options.topics,
      groupId: options.groupId ?? `group-${randomBytes(5).toString('hex')}`,
      tasks: options.tasks ?? allTasks,
      bufferBytesMax: options.bufferBytesMax ?? 16 * 1024 * 1024,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 6_000,
    },
    {
      async assigned(task) {
        reader.events.push(`assigned ${task}`);
        reader.owned.add(task);
        return (await options.offsets?.(task)) ?? new Map<string, number>();
      },
      unreadable: () => options.passes === true,
      arrivedUntilMs: () => options.arrivedUntilMs?.() ?? 0,
      async revoked(task) {
        reader.events.push(`revoked ${task}`);
        reader.owned.delete(task);
      },
      failed(task, error) {
        reader.failures.set(task, error);
      },
    },
  );
  t.teardown(() => reader.consumer?.close());
  return reader;
}

export function valueText(record: LogRecord): string {
  return record.value === null ? 'null' : Buffer.from(record.value).toString();
}

export function record(topic: string, key: string, value: string): AppendRecord {
  return { topic, key, value: Buffer.from(value) };
}

/** `a0 … a9`: as many records of one key. */
export function series(topic: string, key: string, prefix: string, count: number): AppendRecord[] {
  return Array.from({ length: count }, (_, i) => record(topic, key, `${prefix}${i}`));
}
