/** The demo: real recordings through every stage, on parts that all run in this process. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BalancinError } from '#schemas/errors.js';
import { createCellTopics, openCell } from '#ops/cell/cell.js';
import { refusalOf } from '#ops/cell/refusalOf.js';
import { lockStart } from '#ops/cell/startLock.js';
import { startBridge } from '#ops/cell/startBridge.js';
import { startWorkers } from '#ops/cell/startWorkers.js';
import type { Config } from '#ops/config/config.js';
import { removePostgres } from '#ops/servers/postgres.js';
import { linesOf } from '#ops/telemetry/lines.js';
import { createLogger } from '#ops/telemetry/logger.js';
import { type DemoEvent, drawEvent } from './eventChart.js';
import { listDemoFiles, readDemoWells } from './instances.js';
import { type DemoPumps, readPumps } from './pumpLines.js';
import { publishBadOnes, publishSite, recordedFrames } from './publish.js';
import { pumpSite, simulatePumps } from './simulatedPumps.js';
import { setUpTenant } from './setUpTenant.js';
import { type DemoSummary, summarize } from './summary.js';
import { untilStored } from './untilStored.js';

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
  /** Sent on purpose besides, to be rejected: messages, and what samples can be read in them. */
  readonly bad: { readonly frames: number; readonly samples: number };
  readonly summary: DemoSummary;
  /** Wells whose recorded clock steps back (the end of daylight saving): their later samples come late. */
  readonly wellsWithLateSamples: readonly string[];
  /** When the last sample of each recording was made to have happened, Unix ms. */
  readonly lastSampleAtMs: number;
  readonly pdf: string;
  /** A flow instability found, explained and cleared; null where the recordings hold none that ended. */
  readonly event: DemoEvent | null;
  /** What was said of the simulated pumps; null where somebody's own recordings are played. */
  readonly pumps: DemoPumps | null;
  readonly dataDir: string;
}

export interface RunningDemo {
  readonly result: DemoResult;
  close(): Promise<void>;
}

const tenant = 'demo';
/** Windows close this long after the last sample: the recordings end, and nobody wants to wait two minutes. */
const idleTimeoutMs = 3_000;

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

/** Empties what an earlier demo left; refuses while one that lives still uses it. */
async function clear(dataDir: string): Promise<void> {
  try {
    await removePostgres(join(dataDir, 'postgres'));
  } catch (cause) {
    if (!(cause instanceof BalancinError) || cause.code !== 'ALREADY_EXISTS') throw cause;
    throw new BalancinError(
      'ALREADY_EXISTS',
      `another demo runs in ${dataDir} (process ${String(cause.context['owner'])}): end it, or set BALANCIN_DATA_DIR to another folder`,
      { cause },
    );
  }
}

/** Throws the signal's reason when told to stop before there is a result; what was started is ended then. */
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
    const folder = options.dataDir ?? fileURLToPath(import.meta.resolve('#ops/demo/data'));
    const { files, found } = listDemoFiles(folder);
    if (files.length < found) options.say(`Playing ${files.length} of the ${found} recordings in ${folder}.`);
    const recordings = await readDemoWells(files);
    const unlock = await lockStart(config.dataDir);
    closers.push(unlock);
    await clear(config.dataDir);
    options.signal.throwIfAborted();
    const lines = linesOf(createLogger('info', join(config.dataDir, 'demo.log')));
    const cell = await openCell({ config, lines, schema: 'migrate', ownDatabase: true });
    closers.push(() => cell.close());
    await unlock();
    await createCellTopics(cell);
    options.signal.throwIfAborted();
    const nowMs = Date.now();
    const pumps = options.dataDir === null ? simulatePumps(nowMs) : null;
    const logins = await setUpTenant(cell, tenant, [
      ...recordings.map(({ site, well }) => ({ site, well, liftType: 'natural' as const })),
      ...(pumps?.wells ?? []).map((one) => ({ ...one, site: pumpSite })),
    ]);
    const supervisor = startWorkers(cell, lines);
    const refused = refusalOf(supervisor);
    const signal = AbortSignal.any([options.signal, refused]);
    closers.push(() => supervisor.stop());
    const bridge = await startBridge(cell, lines);
    closers.push(() => bridge.close());

    const all = recordings.reduce((sum, { samples }) => sum + samples, pumps?.samples ?? 0);
    options.say(
      `Publishing ${recordings.length} recorded wells of Petrobras 3W${pumps === null ? '' : ` and ${pumps.wells.length} simulated pumps`} over MQTT: ${all.toLocaleString('en')} samples.`,
    );
    let done = 0;
    const published = await Promise.all(
      logins.map((login) =>
        publishSite({
          mqttUrl: bridge.mqttUrl,
          login,
          messages:
            login.site === pumpSite && pumps !== null
              ? pumps.messages(tenant)
              : recordedFrames(
                  login,
                  recordings.filter(({ site }) => site === login.site),
                  nowMs,
                ),
          signal,
          published(samples) {
            done += samples;
            options.progress('published', done, all);
          },
        }),
      ),
    );
    signal.throwIfAborted();
    const [login] = logins;
    const [first] = recordings;
    const bad =
      login === undefined || first === undefined
        ? { frames: 0, samples: 0 }
        : await publishBadOnes(bridge.mqttUrl, login, first, nowMs);
    const samplesPublished = published.reduce((sum, { samples }) => sum + samples, 0);
    const framesPublished = published.reduce((sum, { frames }) => sum + frames, 0);
    await untilStored({
      cell,
      supervisor,
      tenant,
      samples: samplesPublished,
      signal,
      progress: (stored) => options.progress('stored', stored, samplesPublished),
    });

    options.say('Rolling up hours and days, typesetting the daily report.');
    const { makeDemoReport } = await import('./report.js');
    const pdf = await makeDemoReport(cell, tenant, nowMs, options.language);
    const event = await drawEvent(cell.pool, tenant, {
      folder: join(config.dataDir, 'reports'),
      sinceMs: nowMs - 7 * 86_400_000,
      language: options.language,
    });
    const pumpsSaid =
      pumps === null
        ? null
        : await readPumps(cell.pool, tenant, {
            folder: join(config.dataDir, 'reports'),
            nowMs,
            language: options.language,
          });
    const summary = await summarize(cell.pool, tenant, recordings);
    const wellsWithLateSamples = recordings.filter((well) => well.clockStepsBack).map(({ well }) => well);
    const result = {
      samplesPublished,
      framesPublished,
      bad,
      summary,
      wellsWithLateSamples,
      lastSampleAtMs: nowMs,
      pdf,
      event,
      pumps: pumpsSaid,
      dataDir: config.dataDir,
    };
    return { result, close };
  } catch (error) {
    await close();
    throw error;
  }
}
