/** Starts what all test processes of a run share, for the test runner. */
import { startTestKafka, testKafkaMissing, testKafkaVariables } from './testKafka.js';
import { startTestServer, testServerVariable } from './testServer.js';

export interface TestServers {
  /** To be added to the environment of every test process. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * PostgreSQL always; Kafka and the registry where Java and Maven are there. Where they are not, or do not start, the
 * tests that need them say so themselves.
 */
export async function startTestServers(): Promise<TestServers> {
  const [postgres, kafka] = await Promise.allSettled([startTestServer(), startKafkaIfPossible()]);
  const started = [postgres, kafka].flatMap((result) =>
    result.status === 'fulfilled' && result.value !== null ? [result.value] : [],
  );
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (server) => await server.stop()));
  };
  if (postgres.status === 'rejected') {
    await stop();
    throw postgres.reason;
  }
  if (kafka.status === 'rejected') console.log(`the shared Kafka did not start: ${String(kafka.reason)}`);
  const env: Record<string, string> = { [testServerVariable]: postgres.value.url };
  if (kafka.status === 'fulfilled' && kafka.value !== null) {
    env[testKafkaVariables.brokers] = kafka.value.brokers.join(',');
    env[testKafkaVariables.registry] = kafka.value.registryUrl;
  }
  return { env, stop };
}

async function startKafkaIfPossible() {
  return (await testKafkaMissing()) === null ? await startTestKafka() : null;
}
