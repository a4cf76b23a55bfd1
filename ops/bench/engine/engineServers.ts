/** The servers that the engine runs on: one broker, one durable PostgreSQL, and in it a database a run, set up with the fleet. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { readSchema } from '#schemas/avro/readSchema.js';
import { topicsIn, topicsOut, valueSubject } from '#schemas/topics.js';
import { migrateControl } from '#pipelines/database/migrate.js';
import { withClient } from '#pipelines/database/pool.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { createKafkaLog } from '#pipelines/log/kafka/kafkaLog.js';
import { createTableRegistry } from '#pipelines/registry/tableRegistry.js';
import { createTenantOn } from '#pipelines/tenants/createTenant.js';
import { type KafkaServer, startKafka } from '#ops/servers/kafka.js';
import { type PostgresServer, removePostgres, startPostgres } from '#ops/servers/postgres.js';
import { type FleetShape, partitions, siteOf, tagName, tenantOf, wellName } from './fleet.js';
import { cpuSecondsOf, cpuSecondsOfFamily } from './processTimes.js';

const template = 'fleet';
/** What the generator writes before each frame. */
const generatorsSchemaId = 1;

export interface EngineServers {
  readonly brokers: readonly string[];
  /** In a fresh database with the fleet's tenants, wells and tags. */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** CPU seconds since their start. */
  cpu(): Promise<{ readonly broker: number; readonly database: number }>;
  versions(): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startEngineServers(
  shape: FleetShape,
  topicPrefix: string,
  { durable }: { readonly durable: boolean },
): Promise<EngineServers> {
  const dir = await mkdtemp(join(tmpdir(), 'balancin-bench-engine-'));
  const dataDir = join(dir, 'postgres');
  let postgres: PostgresServer | null = null;
  let kafka: KafkaServer | null = null;
  const stop = async (): Promise<void> => {
    await Promise.all([kafka?.stop(), postgres?.stop()]);
    if (postgres !== null) await removePostgres(dataDir);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    postgres = await startPostgres({ dataDir, durable, database: template });
    kafka = await startKafka({ dir: join(dir, 'kafka'), heapMb: 1024 });
    await setUpFleet(postgres.url, shape, topicPrefix);
  } catch (error) {
    await stop();
    throw error;
  }
  const { url, pid } = postgres;
  const { brokers } = kafka;
  const [brokerPid = 0] = kafka.pids();
  const admin = databaseUrl(url, 'postgres');
  return {
    brokers,
    async createDatabase(name) {
      await query(admin, `CREATE DATABASE ${quoteName(name)} TEMPLATE ${template} STRATEGY FILE_COPY`);
      return databaseUrl(url, name);
    },
    async dropDatabase(name) {
      await query(admin, `DROP DATABASE ${quoteName(name)} WITH (FORCE)`);
    },
    async cpu() {
      const [broker, database] = await Promise.all([cpuSecondsOf(brokerPid), cpuSecondsOfFamily(pid)]);
      return { broker, database };
    },
    async versions() {
      const [row] = await query(admin, 'SHOW server_version');
      return { postgres: String(row?.['server_version']), node: process.version, kafka: '4.3.1' };
    },
    stop,
  };
}

/** The topics beside the one that the generator makes and fills. */
export async function createOtherTopics(
  brokers: readonly string[],
  topicPrefix: string,
  filled: string,
): Promise<void> {
  const log = createKafkaLog({ brokers, topicPrefix });
  try {
    await log.createTopics(
      [...topicsIn, ...topicsOut]
        .filter((topic) => topic !== filled)
        .map((topic) => ({ topic, partitions, replicationFactor: 1, retentionMs: null })),
    );
  } finally {
    await log.close();
  }
}

async function setUpFleet(url: string, shape: FleetShape, topicPrefix: string): Promise<void> {
  await migrateControl(url);
  const registry = createTableRegistry({ databaseUrl: url });
  const schemaId = await registry.register(
    valueSubject(`${topicPrefix}edge.telemetry.v1`),
    readSchema('edge.telemetry.v1'),
  );
  await registry.close();
  if (schemaId !== generatorsSchemaId) {
    throw new BalancinError('BUG', `the generator’s schema got the id ${schemaId}, its frames say 1`);
  }
  const wells = Array.from({ length: shape.wells }, (_, well) => well);
  const tags = Array.from({ length: shape.tags }, (_, tag) => tagName(tag, shape));
  await withClient({ databaseUrl: url, name: 'balancin bench' }, async (client) => {
    for (const slug of new Set(wells.map((well) => tenantOf(shape, well)))) {
      await createTenantOn(client, { slug, name: slug, plan: 'enterprise' });
      const schema = quoteName(tenantSchema(slug));
      const own = wells.filter((well) => tenantOf(shape, well) === slug);
      await client.query(
        `INSERT INTO ${schema}.site (name, timezone) SELECT name, 'UTC' FROM unnest($1::text[]) AS s (name)`,
        [[...new Set(own.map(siteOf))]],
      );
      await client.query(
        `INSERT INTO ${schema}.well (site_id, name, lift_type, meta)
         SELECT site_id, w.name, 'esp', '{}' FROM unnest($1::text[], $2::text[]) AS w (site, name)
         JOIN ${schema}.site s ON s.name = w.site`,
        [own.map(siteOf), own.map(wellName)],
      );
      await client.query(
        `INSERT INTO ${schema}.tag (tag, unit) SELECT tag, '1' FROM unnest($1::text[]) AS t (tag) ON CONFLICT (tag) DO NOTHING`,
        [tags],
      );
    }
  });
}

function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
