/** The demo: real recordings through every stage, on parts that all run in this process. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { asTenant } from '#pipelines/database/asTenant.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import { createKey } from '#pipelines/tenants/createKey.js';
import type { Supervisor } from '#pipelines/workers/supervisor.js';
import { BalancinError } from '#schemas/errors.js';
import { type Cell, createCellTopics, openCell } from '#ops/cell/cell.js';
import { startBridge } from '#ops/cell/startBridge.js';
import { startWorkers } from '#ops/cell/startWorkers.js';
import type { Config } from '#ops/config/config.js';
import { removePostgres } from '#ops/servers/postgres.js';
import { linesOf } from '#ops/telemetry/lines.js';
import { createLogger } from '#ops/telemetry/logger.js';
import { type DemoWell, readDemoWells } from './instances.js';
import { publishBadOnes, publishSite, type SiteLogin } from './publish.js';
import { type DemoSummary, summarize } from './summary.js';

export interface DemoOptions {
  readonly config: Config;
  /** Folder of 3W instances; null plays those that come with the project. */
  readonly dataDir: string | null;
  readonly language: 'es' | 'en';
  readonly signal: AbortSignal;
  say(text: string): void;
  /** Samples done of all there are. */
  progress(stage: 'published' | 'stored', done: number, all: number): void;
}

export interface DemoResult {
  readonly samplesPublished: number;
  readonly framesPublished: number;
  readonly summary: DemoSummary;
  /** Wells whose recorded clock steps back (the end of daylight saving): their later samples come late. */
  readonly wellsWithLateSamples: readonly string[];
  readonly pdf: string;
  readonly dataDir: string;
}

export interface RunningDemo {
  readonly result: DemoResult;
  close(): Promise<void>;
}

const tenant = 'demo';
const pollMs = 200;
/** Windows close this long after the last sample: the recordings end, and nobody wants to wait two minutes. */
const idleTimeoutMs = 3_000;
/** Longest wait for what was published to be stored before the demo says that something is wrong. */
const storeTimeoutMs = 120_000;

/** Its own folder, ports and clock settings: a demo never touches an installation beside it. */
function demoConfig(config: Config): Config {
  return {
    ...config,
    dataDir: join(config.dataDir, 'demo'),
    databaseUrl: null,
    kafka: { ...config.kafka, brokers: [] },
    schemaRegistryUrl: null,
    cell: { ...config.cell, topicPrefix: '', partitions: 4 },
    worker: { ...config.worker, threads: 1, cycleAgeMs: 500 },
    window: { ...config.window, idleTimeoutMs },
    bridge: { ...config.bridge, mqttUrl: null, host: '127.0.0.1', port: 0 },
  };
}

async function setUpTenant(cell: Cell, wells: readonly DemoWell[]): Promise<SiteLogin[]> {
  await createTenant(cell.pool, { slug: tenant, name: 'Petróleos Demo', plan: 'enterprise' });
  const logins: SiteLogin[] = [];
  for (const site of new Set(wells.map((well) => well.site))) {
    await createSite(cell.pool, { tenant, name: site });
    logins.push({ tenant, site, ...(await createKey(cell.pool, { tenant, site })) });
  }
  for (const { site, well } of wells)
    await createWell(cell.pool, { tenant, site, name: well, liftType: 'natural' });
  return logins;
}

/** Samples whose windows are closed and stored. Duplicates are not there: none is sent twice. */
async function storedSamples(cell: Cell): Promise<number> {
  return await asTenant(cell.pool, tenant, async (client) => {
    const { rows } = await client.query<{ total: number }>(
      'SELECT coalesce(sum(samples), 0)::int8 AS total FROM reading_1m',
    );
    return rows[0]?.total ?? 0;
  });
}

async function untilStored(
  cell: Cell,
  supervisor: Supervisor,
  samples: number,
  options: DemoOptions,
): Promise<void> {
  const deadline = Date.now() + storeTimeoutMs;
  for (;;) {
    const stored = await storedSamples(cell);
    options.progress('stored', stored, samples);
    if (stored >= samples || options.signal.aborted) return;
    if (Date.now() > deadline)
      throw new BalancinError(
        'BUG',
        `${samples - stored} of ${samples} samples did not reach the database; see the log file`,
        {
          context: { threads: supervisor.status() },
        },
      );
    await sleep(pollMs);
  }
}

export async function runDemo(options: DemoOptions): Promise<RunningDemo> {
  const config = demoConfig(options.config);
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    options.say(
      'Starting PostgreSQL, the event log, an MQTT broker, stream workers; nothing leaves this machine.',
    );
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    const wells = readDemoWells(options.dataDir ?? fileURLToPath(import.meta.resolve('#ops/demo/data')));
    await removePostgres(join(config.dataDir, 'postgres'));
    const lines = linesOf(createLogger('info', join(config.dataDir, 'demo.log')));
    const cell = await openCell({ config, lines, schema: 'migrate' });
    closers.push(() => cell.close());
    await createCellTopics(cell);
    const recordings = await wells;
    const logins = await setUpTenant(cell, recordings);
    const supervisor = startWorkers(cell, lines);
    closers.push(() => supervisor.stop());
    const bridge = await startBridge(cell, lines);
    closers.push(() => bridge.close());

    const all = recordings.reduce((sum, { samples }) => sum + samples, 0);
    options.say(
      `Publishing ${recordings.length} recorded wells of Petrobras 3W over MQTT: ${all.toLocaleString('en')} samples.`,
    );
    const nowMs = Date.now();
    let done = 0;
    const published = await Promise.all(
      logins.map((login) =>
        publishSite({
          mqttUrl: bridge.mqttUrl,
          login,
          wells: recordings.filter(({ site }) => site === login.site),
          nowMs,
          signal: options.signal,
          published(samples) {
            done += samples;
            options.progress('published', done, all);
          },
        }),
      ),
    );
    const [login] = logins;
    const [first] = recordings;
    if (login !== undefined && first !== undefined) await publishBadOnes(bridge.mqttUrl, login, first, nowMs);
    const samplesPublished = published.reduce((sum, { samples }) => sum + samples, 0);
    const framesPublished = published.reduce((sum, { frames }) => sum + frames, 0);
    await untilStored(cell, supervisor, samplesPublished, options);

    options.say('Rolling up hours and days, typesetting the daily report.');
    const { makeDemoReport } = await import('./report.js');
    const pdf = await makeDemoReport(cell, tenant, nowMs, options.language);
    const summary = await summarize(cell.pool, tenant, recordings);
    const wellsWithLateSamples = recordings.filter((well) => well.clockStepsBack).map(({ well }) => well);
    const result = {
      samplesPublished,
      framesPublished,
      summary,
      wellsWithLateSamples,
      pdf,
      dataDir: config.dataDir,
    };
    return { result, close };
  } catch (error) {
    await close();
    throw error;
  }
}
