/** The event log as `doctor` sees it: reachable, its topics there, co-partitioned and safe. */
import { BalancinError } from '#schemas/errors.js';
import { topicsIn } from '#schemas/topics.js';
import { openLog } from '#pipelines/log/openLog.js';
import type { Config } from '#ops/config/config.js';
import { logSettings } from '#ops/cell/logSettings.js';
import { silentLines } from '#ops/telemetry/lines.js';
import { failed, type Finding, ok } from './checkUp.js';
import { judgeTopics, type TopicFacts } from './judgeTopics.js';
import { readTopics } from './readTopics.js';

export async function checkLog(config: Config, databaseUrl: string): Promise<Finding[]> {
  const { brokers } = config.kafka;
  try {
    const facts = brokers.length > 0 ? await askKafka(config) : await askEmbedded(config, databaseUrl);
    const where = brokers.length > 0 ? `Kafka at ${brokers.join(', ')}` : 'embedded in PostgreSQL';
    return [
      ok('event log', where),
      ...judgeTopics(facts, { topics: topicsIn, partitions: config.cell.partitions }),
    ];
  } catch (error) {
    const says = error instanceof BalancinError ? error.message : String(error);
    return [failed('event log', says, 'check the broker addresses, and that `balancin migrate` was run')];
  }
}

async function askKafka({ kafka, cell }: Config): Promise<TopicFacts[]> {
  const { createKafkaClient } = await import('#pipelines/log/kafka/kafkaClient.js');
  const { explainKafkaError } = await import('#pipelines/log/kafka/kafkaErrors.js');
  const { silent } = await import('#pipelines/log/logWriter.js');
  const { saslMechanism: mechanism, saslUsername, saslPassword } = kafka;
  const admin = createKafkaClient({
    brokers: kafka.brokers,
    clientId: kafka.clientId,
    ssl: kafka.tls,
    log: silent,
    ...(mechanism === null
      ? {}
      : { sasl: { mechanism, username: saslUsername ?? '', password: saslPassword ?? '' } }),
  }).admin();
  try {
    await admin.connect();
    return await readTopics(admin, cell.topicPrefix, topicsIn);
  } catch (error) {
    throw explainKafkaError(error, 'for the settings of its topics');
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** What is embedded is as safe as its database, and its arrival is always its own clock. */
async function askEmbedded(config: Config, databaseUrl: string): Promise<TopicFacts[]> {
  const log = await openLog(logSettings(config, databaseUrl), silentLines);
  try {
    const facts: TopicFacts[] = [];
    for (const topic of topicsIn) {
      const partitions = await log.offsets(topic).catch((error: unknown) => {
        if (error instanceof BalancinError && error.code === 'NOT_FOUND') return null;
        throw error;
      });
      // One copy, as its database has: `replicas` says nothing here.
      if (partitions !== null)
        facts.push({ topic, partitions: partitions.length, replicas: 2, settings: {} });
    }
    return facts;
  } finally {
    await log.close();
  }
}
