/** A cell to measure growth on: one durable PostgreSQL with a fleet, and Kafka or the embedded log before it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readSchema } from '#schemas/avro/readSchema.js';
import { topicsIn, topicsOut, valueSubject } from '#schemas/topics.js';
import { migrateControl } from '#pipelines/database/migrate.js';
import type { AppendRecord, EventLog, LogProducer } from '#pipelines/log/eventLog.js';
import { openLog } from '#pipelines/log/openLog.js';
import { createTableRegistry } from '#pipelines/registry/tableRegistry.js';
import { type KafkaServer, startKafka } from '#ops/servers/kafka.js';
import { type PostgresServer, removePostgres, startPostgres } from '#ops/servers/postgres.js';
import { cpuSecondsOf, cpuSecondsOfFamily } from '../engine/processTimes.js';
import { type Fleet, setUpFleet } from './scaleFleet.js';

export interface ScaleCellOptions {
  readonly fleet: Fleet;
  readonly partitions: number;
  /** None: no log at all; the rows come from this process. */
  readonly log: 'kafka' | 'embedded' | 'none';
  readonly durable: boolean;
}

export interface ScaleCell {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly partitions: number;
  readonly schemaId: number;
  readonly log: EventLog;
  ask(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** CPU seconds since their start. */
  cpu(): Promise<{ readonly broker: number; readonly database: number }>;
  stop(): Promise<void>;
}

const quiet = { info: () => {}, warn: () => {}, error: console.error };

export async function openScaleCell(options: ScaleCellOptions): Promise<ScaleCell> {
  const { fleet, partitions } = options;
  const dir = await mkdtemp(join(tmpdir(), 'balancin-bench-scale-'));
  const dataDir = join(dir, 'postgres');
  let postgres: PostgresServer | null = null;
  let kafka: KafkaServer | null = null;
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.reverse()) await close();
    await Promise.all([kafka?.stop(), postgres?.stop()]);
    if (postgres !== null) await removePostgres(dataDir);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    postgres = await startPostgres({ dataDir, durable: options.durable, database: 'scale' });
    const { url: databaseUrl, pid } = postgres;
    if (options.log === 'kafka') kafka = await startKafka({ dir: join(dir, 'kafka'), heapMb: 1024 });
    const brokers = kafka?.brokers ?? [];
    await migrateControl(databaseUrl);
    const registry = createTableRegistry({ databaseUrl });
    const schemaId = await registry.register(
      valueSubject('edge.telemetry.v1'),
      readSchema('edge.telemetry.v1'),
    );
    await registry.close();
    await setUpFleet(databaseUrl, fleet);
    const log = await openLog(
      {
        databaseUrl,
        kafka: {
          brokers,
          clientId: 'bench',
          topicPrefix: '',
          tls: false,
          saslMechanism: null,
          saslUsername: null,
          saslPassword: null,
        },
      },
      quiet,
    );
    closers.push(() => log.close());
    if (options.log !== 'none') {
      await log.createTopics(
        [...topicsIn, ...topicsOut].map((topic) => ({
          topic,
          partitions,
          replicationFactor: options.log === 'kafka' ? 1 : -1,
          retentionMs: null,
        })),
      );
    }
    const client = new Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    closers.push(() => client.end());
    const [brokerPid = 0] = kafka?.pids() ?? [];
    return {
      databaseUrl,
      brokers,
      partitions,
      schemaId,
      log,
      ask: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
      async cpu() {
        const [broker, database] = await Promise.all([cpuSecondsOf(brokerPid), cpuSecondsOfFamily(pid)]);
        return { broker, database };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const batchRecords = 200;
const batchesInFlight = 4;

/** Appends everything, several batches under way at once. */
export async function appendAll(producer: LogProducer, records: Iterable<AppendRecord>): Promise<number> {
  const underWay = new Set<Promise<unknown>>();
  let batch: AppendRecord[] = [];
  let appended = 0;
  const send = async (): Promise<void> => {
    if (batch.length === 0) return;
    appended += batch.length;
    const sending = producer.append(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
    batch = [];
    if (underWay.size >= batchesInFlight) await Promise.race(underWay);
  };
  for (const record of records) {
    batch.push(record);
    if (batch.length >= batchRecords) await send();
  }
  await send();
  await Promise.all(underWay);
  return appended;
}
