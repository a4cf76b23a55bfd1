/** Starts a real Apache Kafka of one or three brokers, without Docker. */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BalancinError } from '#schemas/errors.js';
import { hasExited, stopChild } from './childServer.js';
import { freePorts } from './freePort.js';
import { fetchArtifacts } from './javaArtifacts.js';
import { findJdk, type Jdk } from './jdk.js';
import {
  brokerProperties,
  type BrokerPorts,
  type SaslLogin,
  type ServerCertificate,
} from './kafkaProperties.js';
import { countBrokers } from './kafkaReady.js';
import type { Missing } from './needs.js';
import { logTail, spawnServer } from './spawnServer.js';

const run = promisify(execFile);

export interface KafkaOptions {
  /** Folder of this cluster alone; made if missing. */
  readonly dir: string;
  readonly brokers?: 1 | 3;
  readonly sasl?: SaslLogin;
  readonly tls?: ServerCertificate;
  /** Of each broker. */
  readonly heapMb?: number;
  /** For tests: the JVM compiles less, which halves the CPU time of a short run and slows a long one. */
  readonly quick?: boolean;
}

export interface KafkaServer {
  /** `host:port` of every broker, by id. */
  readonly brokers: readonly string[];
  /** The same brokers as they speak among themselves: without TLS or login. */
  readonly internal: readonly string[];
  /** Process of each broker, by id, as it runs now. */
  pids(): readonly number[];
  /** SIGKILL; resolves when the broker is gone. */
  kill(id: number): Promise<void>;
  /** Starts a killed broker again over its data; resolves when it is back in the cluster. */
  restart(id: number): Promise<void>;
  /** Ends all brokers; resolves when they are gone. */
  stop(): Promise<void>;
}

interface Cluster {
  readonly brokers: readonly string[];
  readonly children: readonly ChildProcess[];
  readonly logs: readonly string[];
  readonly options: KafkaOptions;
}

const javaMin = 17;
const startMs = 90_000;
const startTriesMax = 3;

/** What is missing for `startKafka` here, or null. Gets the jars, if need be. */
export async function kafkaMissing(): Promise<Missing> {
  try {
    await findJdk(javaMin);
    await fetchArtifacts('kafka');
    return null;
  } catch (error) {
    if (error instanceof BalancinError && error.code === 'MISSING_DEPENDENCY') {
      return `Apache Kafka: ${error.message}`;
    }
    throw error;
  }
}

/** Errors: MISSING_DEPENDENCY (Java, Maven), LOG_UNAVAILABLE (did not start; names the log). */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const jdk = await findJdk(javaMin);
  const libraries = await fetchArtifacts('kafka');
  for (let tries = 1; ; tries += 1) {
    try {
      return await startCluster(options, jdk, libraries);
    } catch (error) {
      // Between choosing a port and using it another process may take it.
      const passing =
        error instanceof BalancinError && /Address already in use|BindException/.test(error.message);
      if (!passing || tries === startTriesMax) throw error;
    }
  }
}

async function startCluster(options: KafkaOptions, jdk: Jdk, libraries: string): Promise<KafkaServer> {
  const count = options.brokers ?? 1;
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const quick = options.quick === true ? ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] : [];
  const java = [...quick, `-Xmx${options.heapMb ?? 768}m`, '-cp', join(libraries, '*')];
  const ports = await chooseBrokerPorts(count);
  const brokers = ports.map(({ client }) => `127.0.0.1:${client}`);
  const clusterId = randomBytes(16).toString('base64url');
  const configs = ports.map((_, id) => join(dir, `broker-${id}.properties`));
  await Promise.all(
    configs.map(async (config, id) => {
      const dataFolder = join(dir, `broker-${id}`);
      const spec = { id, ports, dataFolder, sasl: options.sasl ?? null, tls: options.tls ?? null };
      await writeFile(config, brokerProperties(spec), { mode: 0o600 });
      if (!existsSync(join(dataFolder, 'meta.properties'))) {
        await format(jdk.java, java, config, clusterId, options.sasl);
      }
    }),
  );
  const logs = ports.map((_, id) => join(dir, `broker-${id}.log`));
  const start = async (id: number): Promise<ChildProcess> =>
    await spawnServer({
      program: jdk.java,
      args: [...java, 'kafka.Kafka', configs[id] ?? ''],
      cwd: dir,
      log: logs[id] ?? '',
    });
  const children = await Promise.all(configs.map(async (_, id) => await start(id)));
  const stop = async (): Promise<void> => {
    await Promise.all(
      children.map(async (child) => await stopChild(child, [{ signal: 'SIGTERM', graceMs: 15_000 }])),
    );
  };
  const childOf = (id: number): ChildProcess => {
    const child = children[id];
    if (child === undefined) throw new RangeError(`there is no broker ${id}`);
    return child;
  };
  const cluster = { brokers, children, logs, options };
  try {
    await waitForBrokers(cluster, [...children.keys()], count);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers,
    internal: ports.map(({ internal }) => `127.0.0.1:${internal}`),
    stop,
    pids: () => children.map((child) => child.pid ?? 0),
    async kill(id) {
      await stopChild(childOf(id), []);
    },
    async restart(id) {
      if (!hasExited(childOf(id))) throw new Error(`broker ${id} is still running`);
      children[id] = await start(id);
      await waitForBrokers(cluster, [id], children.filter((child) => !hasExited(child)).length);
    },
  };
}

async function chooseBrokerPorts(count: number): Promise<BrokerPorts[]> {
  const free = await freePorts(3 * count);
  return Array.from({ length: count }, (_, id) => {
    const [client = 0, internal = 0, controller = 0] = free.slice(3 * id);
    return { client, internal, controller };
  });
}

async function format(
  program: string,
  java: readonly string[],
  config: string,
  clusterId: string,
  sasl: SaslLogin | undefined,
): Promise<void> {
  // In one word: an id may begin with a dash.
  const args = [...java, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', config];
  if (sasl?.mechanism === 'scram-sha-256') {
    args.push('--add-scram', `SCRAM-SHA-256=[name=${sasl.username},password=${sasl.password}]`);
  }
  await run(program, args).catch((cause: unknown) => {
    throw new BalancinError('LOG_UNAVAILABLE', `Kafka cannot format its storage (${config})`, { cause });
  });
}

/** Until each of those brokers knows that many. */
async function waitForBrokers(cluster: Cluster, ids: readonly number[], count: number): Promise<void> {
  const deadlineMs = performance.now() + startMs;
  for (const id of ids) {
    while ((await countBrokers(cluster.brokers[id] ?? '', cluster.options)) !== count) {
      const child = cluster.children[id];
      const why = child === undefined || hasExited(child) ? 'ended' : 'does not answer';
      if (why === 'ended' || performance.now() > deadlineMs) {
        const log = cluster.logs[id] ?? '';
        throw new BalancinError(
          'LOG_UNAVAILABLE',
          `Kafka broker ${id} ${why}: ${await logTail(log, 8)} (see ${log})`,
        );
      }
      await sleep(100);
    }
  }
}
