/** What a task does at records that cannot be unpacked. */
import type { UnreadableRecords } from '#pipelines/log/eventLog.js';
import type { LoopParts } from './loopParts.js';
import { place } from './poisonRecords.js';
import type { TaskSlot } from './taskSlot.js';

/** True where an operator skipped exactly these; noted otherwise, so that one can. */
export function passUnreadable(
  slot: TaskSlot,
  records: UnreadableRecords,
  { topology, unreadable, log }: LoopParts,
): boolean {
  const { task, skipped } = slot;
  const { topic, firstOffset, lastOffset, arrivedMs } = records;
  const at = { task, topic, firstOffset, lastOffset };
  const skip = skipped.find(
    (known) =>
      known.topic === topic &&
      known.firstOffset === firstOffset &&
      known.lastOffset === lastOffset &&
      known.arrivedMs === arrivedMs,
  );
  if (skip !== undefined) {
    const { skippedBy } = skip;
    log.warn({ ...at, skippedBy }, `${place(topic, task, firstOffset)} to ${lastOffset} are passed unread`);
    return true;
  }
  unreadable?.note(topology.id, task, records).catch((err: unknown) => {
    log.warn(
      { ...at, err },
      'a batch that cannot be unpacked could not be noted: resume the task to try again',
    );
  });
  return false;
}
