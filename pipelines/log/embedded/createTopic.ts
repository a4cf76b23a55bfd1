/** Creates a topic with its partitions where it is missing. */
import { BalancinError } from '#schemas/errors.js';
import type { TopicSpec } from '../eventLog.js';
import type { LogConnection } from './logConnection.js';

/** One statement: a topic never stands without its partitions. */
const statement = `WITH created AS (
  INSERT INTO balancin.log_topic (topic, partitions, retention_ms) VALUES ($1, $2, $3)
  ON CONFLICT (topic) DO NOTHING
  RETURNING topic_id, partitions
)
INSERT INTO balancin.log_partition (topic_id, partition)
SELECT topic_id, generate_series(0, partitions - 1) FROM created`;

const partitionsStatement = 'SELECT partitions FROM balancin.log_topic WHERE topic = $1';

/** Throws INCOMPATIBLE where the topic stands with another partition count: keys would change their partition. */
export async function createTopic(connection: LogConnection, spec: TopicSpec): Promise<void> {
  await connection.rows(statement, [spec.topic, spec.partitions, spec.retentionMs]);
  const [row] = await connection.rows(partitionsStatement, [spec.topic]);
  const partitions = Number(row?.[0]);
  if (partitions !== spec.partitions) {
    throw new BalancinError(
      'INCOMPATIBLE',
      `topic ${spec.topic} has ${partitions} partitions, not ${spec.partitions}: the count is fixed when a cell is created`,
      { context: { topic: spec.topic, partitions, wanted: spec.partitions } },
    );
  }
}
