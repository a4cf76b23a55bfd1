import test from 'ava';
import kafkajs from 'kafkajs';
import { topicsIn } from '#schemas/topics.js';
import { createKafkaLog } from '#pipelines/log/kafka/kafkaLog.js';
import { loadConfig } from '#ops/config/loadConfig.js';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { checkLog } from './checkLog.js';

const kafkaTest = needs(test, await testKafkaMissing());
const partitions = 4;
const { Kafka, logLevel } = kafkajs;
/** Kafka's code of topics among what has settings. */
const topicResource = 2;

kafkaTest('topics are judged by what the brokers say of them', async (t) => {
  const { brokers, prefix } = await testKafka(t);
  const config = loadConfig({
    cwd: '/',
    env: {
      KAFKA_BROKERS: brokers.join(','),
      BALANCIN_TOPIC_PREFIX: prefix,
      BALANCIN_PARTITIONS: String(partitions),
    },
  });
  const found = async (): Promise<string[]> =>
    (await checkLog(config, 'postgres://nobody@127.0.0.1:1/none'))
      .filter(({ health }) => health === 'failed' || health === 'warning')
      .map(({ part, health }) => `${part} ${health}`);
  t.deepEqual(await found(), ['event log failed'], 'no topic is there');

  const log = createKafkaLog({ brokers, topicPrefix: prefix });
  t.teardown(() => log.close());
  await log.createTopics(
    topicsIn.map((topic) => ({ topic, partitions, replicationFactor: 1, retentionMs: null })),
  );
  t.deepEqual(await found(), ['replication warning'], 'as we make them, on one broker');

  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  t.teardown(() => admin.disconnect());
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: topicResource,
        name: `${prefix}${topicsIn[0]}`,
        configEntries: [
          { name: 'message.timestamp.type', value: 'CreateTime' },
          { name: 'unclean.leader.election.enable', value: 'true' },
        ],
      },
    ],
  });
  t.deepEqual((await found()).sort(), [
    'replication warning',
    'timestamps failed',
    'unclean election failed',
  ]);
});
