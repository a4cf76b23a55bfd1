/** Reads how far partitions reach: the lowest offset held, one past the last. */
import type { LogConnection } from './logConnection.js';
import { arrayText } from './packRecords.js';

interface PartitionKey {
  readonly topicId: number;
  readonly partition: number;
}

export interface PartitionRange {
  readonly low: number;
  readonly high: number;
}

const statement = `SELECT p.low_offset::float8, p.next_offset::float8
  FROM unnest($1::int[], $2::int[]) WITH ORDINALITY AS w(topic_id, partition, place)
  LEFT JOIN balancin.log_partition p USING (topic_id, partition)
 ORDER BY w.place`;

/** In the order asked; null for a partition that is not there. */
export async function readPartitions(
  connection: LogConnection,
  wanted: readonly PartitionKey[],
): Promise<(PartitionRange | null)[]> {
  const values = [arrayText(wanted.map((w) => w.topicId)), arrayText(wanted.map((w) => w.partition))];
  const rows = await connection.rows(statement, values);
  return rows.map(([low, high]) =>
    typeof low === 'number' && typeof high === 'number' ? { low, high } : null,
  );
}
