/** Looks up topics by name. */
import type { LogConnection } from './logConnection.js';

export interface TopicRow {
  readonly topicId: number;
  readonly topic: string;
  readonly partitions: number;
}

const statement = 'SELECT topic_id, topic, partitions FROM balancin.log_topic WHERE topic = ANY ($1)';

/** Those that exist, by name. */
export async function readTopics(
  connection: LogConnection,
  topics: readonly string[],
): Promise<Map<string, TopicRow>> {
  const rows = await connection.rows(statement, [topics]);
  return new Map(
    rows.map(([topicId, topic, partitions]) => [
      String(topic),
      { topicId: Number(topicId), topic: String(topic), partitions: Number(partitions) },
    ]),
  );
}
