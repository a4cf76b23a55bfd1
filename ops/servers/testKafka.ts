/** Gives a test topics of its own on one real Kafka, with a schema registry, that test processes share. */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import kafkajs from 'kafkajs';
import { isAlive } from './childServer.js';
import { kafkaMissing, startKafka } from './kafka.js';
import type { Missing } from './needs.js';
import { projectFolder } from './projectFolder.js';
import { registryMissing, startRegistry } from './registry.js';

/** The runner hands both servers to test processes in these variables; brokers are separated by commas. */
export const testKafkaVariables = {
  brokers: 'BALANCIN_TEST_KAFKA',
  registry: 'BALANCIN_TEST_REGISTRY',
} as const;

export interface TestKafka {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  /** Unique; topics and groups of the test begin with it, and its topics are deleted when it ends. */
  readonly prefix: string;
}

export interface TestKafkaServers {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  stop(): Promise<void>;
}

const { Kafka, logLevel } = kafkajs;
let servers: Promise<Omit<TestKafkaServers, 'stop'>> | null = null;

/** What is missing for `testKafka` here, or null. */
export async function testKafkaMissing(): Promise<Missing> {
  if (given() !== null) return null;
  return (await kafkaMissing()) ?? (await registryMissing());
}

export async function testKafka<Context>(t: ExecutionContext<Context>): Promise<TestKafka> {
  servers ??= findServers();
  const { brokers, registryUrl } = await servers;
  const prefix = `t${randomBytes(6).toString('hex')}.`;
  t.teardown(async () => {
    const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    } finally {
      await admin.disconnect();
    }
  });
  return { brokers, registryUrl, prefix };
}

/** For the test runner. The data go with stop(). */
export async function startTestKafka(): Promise<TestKafkaServers> {
  const all = projectFolder('test-kafka');
  await removeLeftovers(all);
  const dir = join(all, String(process.pid));
  const starting = await Promise.allSettled([startKafka({ dir, quick: true }), startRegistry({ dir })]);
  const [kafka, registry] = starting;
  const stop = async (): Promise<void> => {
    await Promise.all(
      starting.map(async (started) => started.status === 'fulfilled' && (await started.value.stop())),
    );
    await rm(dir, { recursive: true, force: true });
  };
  if (kafka.status === 'fulfilled' && registry.status === 'fulfilled') {
    return { brokers: kafka.value.brokers, registryUrl: registry.value.url, stop };
  }
  await stop();
  throw kafka.status === 'rejected' ? kafka.reason : (registry as PromiseRejectedResult).reason;
}

/** The runner's, else servers of this process alone, killed when it ends; the next one to start removes their data. */
async function findServers(): Promise<Omit<TestKafkaServers, 'stop'>> {
  return given() ?? (await startTestKafka());
}

function given(): Omit<TestKafkaServers, 'stop'> | null {
  const brokers = process.env[testKafkaVariables.brokers];
  const registryUrl = process.env[testKafkaVariables.registry];
  return brokers && registryUrl ? { brokers: brokers.split(','), registryUrl } : null;
}

async function removeLeftovers(all: string): Promise<void> {
  for (const name of await readdir(all).catch(() => [])) {
    if (!isAlive(Number(name))) await rm(join(all, name), { recursive: true, force: true });
  }
}
