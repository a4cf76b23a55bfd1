/** The parts of a cell as configured: database, event log, schema registry. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { partitionCountMax, topicsIn, topicsOut } from '#schemas/topics.js';
import { migrateAllTenants, migrateControl } from '#pipelines/database/migrate.js';
import { createPool } from '#pipelines/database/pool.js';
import { requireMigrated } from '#pipelines/database/requireMigrated.js';
import type { EventLog } from '#pipelines/log/eventLog.js';
import { openLog } from '#pipelines/log/openLog.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import type { ComparingRegistry } from '#pipelines/registry/schemaRegistry.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import type { Config } from '#ops/config/config.js';
import { openEmbeddedDatabase } from './embeddedDatabase.js';
import { logSettings } from './logSettings.js';

export interface Cell {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly embedded: boolean;
  readonly pool: Pool;
  log(): Promise<EventLog>;
  registry(): Promise<ComparingRegistry>;
  close(): Promise<void>;
}

export interface CellOptions {
  readonly config: Config;
  readonly lines: WorkerLog;
  /**
   * `migrate` brings the database up to date, `check` throws where it is not, `none` takes it as it is.
   * An embedded database is always brought up to date.
   */
  readonly schema: 'migrate' | 'check' | 'none';
  /** Refuse (ALREADY_EXISTS) an embedded database that another process runs. */
  readonly ownDatabase?: boolean;
}

/** Opens what a command needs; log and registry on first use. Throws where the database is not up to date. */
export async function openCell({ config, lines, schema, ownDatabase = false }: CellOptions): Promise<Cell> {
  const database =
    config.databaseUrl === null
      ? await openEmbeddedDatabase(config.dataDir, { own: ownDatabase })
      : { url: config.databaseUrl, close: async () => {} };
  const closers: (() => Promise<unknown>)[] = [() => database.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  async function closing<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    closers.push(() => opened.close());
    return opened;
  }
  try {
    if (schema === 'migrate' || (schema === 'check' && config.databaseUrl === null)) {
      await migrateControl(database.url);
      await migrateAllTenants(database.url);
    } else if (schema === 'check') {
      await requireMigrated(database.url);
    }
    const pool = createPool({ databaseUrl: database.url, name: 'balancin' });
    closers.push(() => pool.end());
    let log: Promise<EventLog> | null = null;
    let registry: Promise<ComparingRegistry> | null = null;
    return {
      config,
      databaseUrl: database.url,
      embedded: config.databaseUrl === null,
      pool,
      log() {
        log ??= closing(openLog(logSettings(config, database.url), lines));
        return log;
      },
      registry() {
        registry ??= closing(openRegistry({ url: config.schemaRegistryUrl, databaseUrl: database.url }));
        return registry;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Creates the topics of the cell: those in co-partitioned, those out alike, so that order a site holds to the end. */
export async function createCellTopics(cell: Cell): Promise<void> {
  const { partitions, logRetentionMs } = cell.config.cell;
  if (partitions > partitionCountMax)
    throw new BalancinError('CONFIG_INVALID', `a cell has at most ${partitionCountMax} partitions`);
  const log = await cell.log();
  await log.createTopics(
    [...topicsIn, ...topicsOut].map((topic) => ({
      topic,
      partitions,
      replicationFactor: cell.config.kafka.replicationFactor,
      retentionMs: logRetentionMs,
    })),
  );
}
