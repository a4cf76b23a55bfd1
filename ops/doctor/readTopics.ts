/** Asks Kafka for what `judgeTopics.ts` judges. */
import type { Admin } from 'kafkajs';
import type { TopicFacts } from './judgeTopics.js';

/** Kafka's code of a topic among the resources that have settings. */
const topicResource = 2;
const judged = ['message.timestamp.type', 'unclean.leader.election.enable', 'min.insync.replicas'];

/** Topics that are there, named without the prefix. */
export async function readTopics(
  admin: Admin,
  prefix: string,
  topics: readonly string[],
): Promise<TopicFacts[]> {
  const existing = new Set(await admin.listTopics());
  const names = topics.map((topic) => prefix + topic).filter((name) => existing.has(name));
  if (names.length === 0) return [];
  const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: topicResource, name, configNames: judged })),
  });
  return found.map(({ name, partitions }) => {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    return {
      topic: name.slice(prefix.length),
      partitions: partitions.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      settings: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
    };
  });
}
