/** A cell of one round on servers that stay: a database, topics and a tenant of its own. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { readSchema } from '#schemas/avro/readSchema.js';
import { topicsIn, topicsOut, valueSubject } from '#schemas/topics.js';
import { createPool } from '#pipelines/database/pool.js';
import { createKafkaLog } from '#pipelines/log/kafka/kafkaLog.js';
import type { KafkaSettings } from '#pipelines/log/openLog.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import type { PoolThreadData } from '#pipelines/workers/threadMessages.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { ensureTemplate, urlOf } from '#ops/servers/testTemplate.js';
import type { FrameSchema } from '../truth/encodeTraffic.js';
import type { TrafficWell } from '../truth/traffic.js';

export const tenant = 'acme';
export const partitions = 4;
const sites = ['norte', 'sur', 'este', 'oeste', 'centro'];
export const liveWells: readonly TrafficWell[] = sites.flatMap((site) =>
  ['W-1', 'W-2'].map((well) => ({ tenant, site, well })),
);

/** What is to be reached straight, by the truth. */
export interface LiveServers {
  readonly brokers: readonly string[];
  /** Superuser's, of any database of the server. */
  readonly databaseUrl: string;
  readonly schemaRegistryUrl: string | null;
}

/** What the workers reach: with faults on the way. */
export interface WorkerServers {
  readonly brokers: readonly string[];
  readonly databasePort: number;
  readonly schemaRegistryUrl: string | null;
  /** How the brokers want to be spoken to; nothing: plainly. */
  readonly security?: Pick<KafkaSettings, 'tls' | 'saslMechanism' | 'saslUsername' | 'saslPassword'>;
}

export interface LiveCell {
  readonly prefix: string;
  readonly database: string;
  readonly pool: Pool;
  readonly schema: FrameSchema;
  /** Every schema that a frame was written with. */
  readonly schemas: ReadonlyMap<number, string>;
  /** Registers one that adds a field with a default, and gives its id. */
  evolveSchema(): Promise<FrameSchema>;
  /** What a worker thread needs, as the supervisor takes it. */
  thread(servers: WorkerServers): PoolThreadData;
  /** Removes the database and the topics. */
  remove(): Promise<void>;
}

/** Short, so that rounds are: a killed worker's tasks wait this long. */
const sessionTimeoutMs = 3_000;
/** Less than workers need after a fault: sites fall silent and talk again in every round, so that alerts come and go. */
export const siteSilentMs = 400;

export async function openLiveCell(servers: LiveServers): Promise<LiveCell> {
  const { brokers, databaseUrl: adminUrl, schemaRegistryUrl } = servers;
  const prefix = `f${randomBytes(5).toString('hex')}.`;
  const database = `faults_${randomBytes(5).toString('hex')}`;
  const admin = new Pool({ connectionString: adminUrl, max: 1 });
  admin.on('error', () => undefined);
  const template = await ensureTemplate(admin, adminUrl, migrated);
  await admin.query(`CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const databaseUrl = urlOf(adminUrl, database);
  const pool = createPool({ databaseUrl, name: 'faults', connectionsMax: 4 });
  const log = createKafkaLog({ brokers, topicPrefix: prefix });
  await Promise.all([
    log.createTopics(
      [...topicsIn, ...topicsOut].map((topic) => ({
        topic,
        partitions,
        replicationFactor: -1,
        retentionMs: null,
      })),
    ),
    addWells(pool),
  ]);
  const text = readSchema('edge.telemetry.v1');
  const register = async (schema: string): Promise<number> => {
    const registry = await openRegistry({ url: schemaRegistryUrl, databaseUrl });
    try {
      return await registry.register(valueSubject(`${prefix}edge.telemetry.v1`), schema);
    } finally {
      await registry.close();
    }
  };
  const id = await register(text);
  const schemas = new Map([[id, text]]);

  return {
    prefix,
    database,
    pool,
    schema: { id, text },
    schemas,
    async evolveSchema() {
      const evolved = withAnotherField(text);
      const evolvedId = await register(evolved);
      schemas.set(evolvedId, evolved);
      return { id: evolvedId, text: evolved };
    },
    thread(workers) {
      const url = new URL(databaseUrl);
      url.port = String(workers.databasePort);
      const kafka = {
        brokers: workers.brokers,
        clientId: 'faults',
        topicPrefix: prefix,
        tls: false,
        saslMechanism: null,
        saslUsername: null,
        saslPassword: null,
        ...workers.security,
      };
      return {
        topologyUrl: import.meta.resolve('#topologies/wells.js'),
        databaseUrl: url.href,
        log: { databaseUrl: url.href, kafka },
        schemaRegistryUrl: workers.schemaRegistryUrl,
        subjectPrefix: prefix,
        groupId: `${prefix}workers`,
        options: {
          window: { allowedLatenessMs: 2 * 60_000, idleTimeoutMs: 1_500 },
          alert: { siteSilentMs },
        },
        // Many small commits: each is a chance for a fault, and state is folded within a round.
        limits: { cycleRowsMax: 50_000, cycleBytesMax: 8 * 1024 * 1024, cycleAgeMs: 60 },
        bufferBytesMax: 16 * 1024 * 1024,
        segmentsMax: 4,
        sessionTimeoutMs,
      };
    },
    async remove() {
      await pool.end();
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await admin.end();
      await removeTopics(brokers, prefix);
      await log.close();
    },
  };
}

async function addWells(pool: Pool): Promise<void> {
  await createTenant(pool, { slug: tenant, name: 'Acme', plan: 'enterprise' });
  for (const name of sites) await createSite(pool, { tenant, name });
  for (const { site, well } of liveWells)
    await createWell(pool, { tenant, site, name: well, liftType: 'natural' });
}

/** What a delete whose answer came late has removed already is not there to be removed again. */
async function removeTopics(brokers: readonly string[], prefix: string): Promise<void> {
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    for (let triesLeft = 5; ; triesLeft--) {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      if (topics.length === 0) return;
      try {
        await admin.deleteTopics({ topics });
      } catch (error) {
        if (triesLeft === 0) throw error;
      }
      await sleep(200);
    }
  } finally {
    await admin.disconnect();
  }
}

function withAnotherField(schema: string): string {
  const record = JSON.parse(schema) as { fields: unknown[] };
  record.fields.push({ name: 'gateway', type: 'string', default: '' });
  return JSON.stringify(record);
}
