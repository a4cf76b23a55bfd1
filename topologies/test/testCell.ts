/** A cell for tests: a database of its own, a log, a tenant with wells, workers to start, stop and kill. */
import type { ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import { siteKey, topicsIn, topicsOut, valueSubject } from '#schemas/topics.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { createPool } from '#pipelines/database/pool.js';
import type { EventLog, LogProducer } from '#pipelines/log/eventLog.js';
import { type KafkaSettings, openLog } from '#pipelines/log/openLog.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import { type Supervisor, startSupervisor } from '#pipelines/workers/supervisor.js';
import type { PoolThreadData } from '#pipelines/workers/threadMessages.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { migrated } from '#ops/servers/migratedTemplate.js';

export interface TestCellOptions {
  /** Brokers of a real Kafka; none uses the embedded log. */
  readonly brokers?: readonly string[];
  readonly schemaRegistryUrl?: string | null;
  /** Put before topics and groups, so that tests share a Kafka. */
  readonly prefix?: string;
  readonly wells: readonly { readonly site: string; readonly well: string }[];
  /** A well that is silent for so long closes its windows; 1.5 s where not given. */
  readonly idleTimeoutMs?: number;
  readonly detection?: PoolThreadData['options']['detection'];
}

export interface TestCell {
  readonly pool: Pool;
  readonly log: EventLog;
  readonly producer: LogProducer;
  readonly schemaId: number;
  /** What a worker thread needs, as the supervisor takes it. */
  readonly thread: PoolThreadData;
  publish(frames: Iterable<EdgeFrame>): Promise<void>;
  publishBytes(topic: string, key: string, value: Uint8Array | null): Promise<void>;
  startWorkers(threads: number): Supervisor;
  /** Rows of a query in the tenant's schema. */
  rows<Row extends object>(sql: string): Promise<Row[]>;
}

export const tenant = 'acme';
export const partitions = 4;

const noKafka: KafkaSettings = {
  brokers: [],
  clientId: 'test',
  topicPrefix: '',
  tls: false,
  saslMechanism: null,
  saslUsername: null,
  saslPassword: null,
};

/** Errors are shown, all else is kept quiet. */
function testLines(t: ExecutionContext) {
  return {
    info: () => {},
    warn: () => {},
    error: (fields: Record<string, unknown>, message: string) => t.log(message, JSON.stringify(fields)),
  };
}

export async function openTestCell(t: ExecutionContext, options: TestCellOptions): Promise<TestCell> {
  const { url: databaseUrl } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl, name: 'test' });
  const { brokers = [], schemaRegistryUrl = null, prefix = '' } = options;
  const kafka = { ...noKafka, brokers, topicPrefix: prefix };
  const lines = testLines(t);
  const log = await openLog({ databaseUrl, kafka }, lines);
  const registry = await openRegistry({ url: schemaRegistryUrl, databaseUrl });
  const producer = await log.producer();
  const supervisors: Supervisor[] = [];
  t.teardown(async () => {
    await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
    await producer.close();
    await log.close();
    await registry.close();
    await pool.end();
  });

  await log.createTopics(
    [...topicsIn, ...topicsOut].map((topic) => ({
      topic,
      partitions,
      replicationFactor: -1,
      retentionMs: null,
    })),
  );
  await createTenant(pool, { slug: tenant, name: 'Acme', plan: 'enterprise' });
  for (const site of new Set(options.wells.map((well) => well.site)))
    await createSite(pool, { tenant, name: site });
  for (const { site, well } of options.wells)
    await createWell(pool, { tenant, site, name: well, liftType: 'natural' });
  const topic = 'edge.telemetry.v1';
  const schemaId = await registry.register(valueSubject(prefix + topic), readSchema('edge.telemetry.v1'));

  const thread: TestCell['thread'] = {
    topologyUrl: import.meta.resolve('#topologies/wells.js'),
    databaseUrl,
    log: { databaseUrl, kafka },
    schemaRegistryUrl,
    subjectPrefix: prefix,
    groupId: `${prefix}workers`,
    options: {
      window: { allowedLatenessMs: 5 * 60_000, idleTimeoutMs: options.idleTimeoutMs ?? 1_500 },
      ...(options.detection === undefined ? {} : { detection: options.detection }),
    },
    limits: { cycleRowsMax: 50_000, cycleBytesMax: 8 * 1024 * 1024, cycleAgeMs: 200 },
    bufferBytesMax: 16 * 1024 * 1024,
    sessionTimeoutMs: 6_000,
    unknownSchemaMs: 300,
  };

  return {
    pool,
    log,
    producer,
    schemaId,
    thread,
    async publish(frames) {
      let batch: Parameters<LogProducer['append']>[0][number][] = [];
      for (const frame of frames) {
        batch.push({ topic, key: siteKey(frame.tenant, frame.site), value: encodeFrame(frame, schemaId) });
        if (batch.length < 200) continue;
        await producer.append(batch);
        batch = [];
      }
      if (batch.length > 0) await producer.append(batch);
    },
    async publishBytes(base, key, value) {
      await producer.append([{ topic: base, key, value }]);
    },
    startWorkers(threads) {
      const supervisor = startSupervisor({
        threads,
        partitions,
        thread,
        restartBackoffMs: 100,
        restartBackoffMaxMs: 1_000,
        log: lines,
      });
      supervisors.push(supervisor);
      return supervisor;
    },
    async rows<Row extends object>(sql: string) {
      const client = await pool.connect();
      try {
        await client.query(`SET search_path = t_${tenant}`);
        const { rows } = await client.query<Row>(sql);
        return rows;
      } finally {
        await client.query('RESET search_path');
        client.release();
      }
    },
  };
}

/** Waits for a condition on the database; fails the test when it does not come. */
export async function eventually(
  t: ExecutionContext,
  what: string,
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      t.fail(`did not come in 60 s: ${what}`);
      throw new Error(what);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
