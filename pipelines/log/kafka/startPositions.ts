/** The positions from which a task begins to be read, each checked against the log. */
import { checkOffset } from '../offsetRange.js';
import type { ReadFrom } from '../taskTenures.js';
import type { ConsumerReading } from './consumerReading.js';
import { FetchPosition } from './fetchPosition.js';
import type { SameLogChecks } from './sameLogChecks.js';

/** Throws OFFSET_OUT_OF_RANGE where the log cannot serve them, or is another one. */
export async function startPositions(
  { topics, cluster }: Pick<ConsumerReading, 'topics' | 'cluster'>,
  sameLog: SameLogChecks,
  task: number,
  from: ReadFrom,
): Promise<ReadonlyMap<string, FetchPosition>> {
  const { offsets, arrivedMs } = from;
  const positions = new Map<string, FetchPosition>();
  const askedMs = Date.now();
  await Promise.all(
    topics.map(async (topic) => {
      const range = (await cluster.offsets(topic))[task] ?? null;
      const next = offsets.get(topic) ?? range?.low ?? 0;
      const position = new FetchPosition(topic, task, next);
      const { low, high } = checkOffset({ topic, partition: task }, next, range);
      position.heardHigh(high, askedMs);
      position.read = { next: offsets.get(topic) ?? 0, arrivedMs };
      position.known = position.read;
      position.sameAskedMs = askedMs;
      if (next > low) await sameLog.require(position, position.read);
      positions.set(topic, position);
    }),
  );
  return positions;
}
