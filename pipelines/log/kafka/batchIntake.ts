/** Takes a batch that kafkajs fetched, where it is the one that was asked for. */
import type { ConsumerStartBatchProcessEvent, EachBatchPayload } from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import type { ConsumerReading } from './consumerReading.js';
import { UnreadableBatch } from './fetchedMessage.js';
import type { FetchedRecords } from './fetchedRecords.js';
import type { FetchPosition } from './fetchPosition.js';
import type { RangeChecks } from './rangeChecks.js';
import { wrapMessages, wrapPassed } from './wrapMessages.js';

/** The topic whose records were buffered; null where nothing was. */
export function takeBatch(
  payload: EachBatchPayload,
  position: FetchPosition | undefined,
  reading: ConsumerReading,
  into: { readonly buffer: FetchedRecords; readonly ranges: RangeChecks },
): string | null {
  const { batch } = payload;
  if (position === undefined || position.checking || reading.control.isPaused(position.task)) return null;
  if (!payload.isRunning() || payload.isStale()) return null;
  const from = fetchedFrom(batch);
  if (from !== position.next) {
    into.ranges.check(position, from);
    return null;
  }
  const { topic, task } = position;
  const [first] = batch.messages as readonly unknown[];
  if (first instanceof UnreadableBatch && !mayPass(position, first, reading)) return null;
  const { records, bytes } =
    first instanceof UnreadableBatch
      ? wrapPassed(topic, task, first)
      : wrapMessages(topic, task, batch.messages);
  if (records.length > 0) position.took(records);
  position.advance(Number(batch.lastOffset()));
  position.heardHigh(Number(batch.highWatermark), Date.now());
  into.buffer.push(topic, task, Number(batch.highWatermark), records, bytes);
  return topic;
}

/** A batch of which nothing is for us, records of aborted transactions and markers, is told by an event alone. */
export function noteFiltered(
  batch: ConsumerStartBatchProcessEvent['payload'],
  position: FetchPosition | undefined,
): void {
  if (batch.batchSize !== 0 || batch.firstOffset === null) return;
  position?.passFiltered(Number(batch.firstOffset), Number(batch.lastOffset));
  position?.heardHigh(Number(batch.highWatermark), Date.now());
}

/** The task fails where it may not. */
function mayPass(position: FetchPosition, batch: UnreadableBatch, reading: ConsumerReading): boolean {
  const { topic, task } = position;
  const { firstOffset, offset: lastOffset, timestampMs: arrivedMs, why } = batch;
  if (reading.passes(task, { topic, firstOffset, lastOffset, arrivedMs, why })) return true;
  reading.fail(position, unreadable(topic, task, batch));
  return false;
}

function unreadable(topic: string, task: number, batch: UnreadableBatch): BalancinError {
  const { firstOffset, offset: lastOffset, why } = batch;
  return new BalancinError(
    'DATA_INVALID',
    `records ${firstOffset} to ${lastOffset} of ${topic}/${task} are one batch that is not unpacked: ${why}. This task is stopped and nothing is skipped: find who wrote it, then pass it with \`balancin task skip ${topic}/${task}@${firstOffset} --why …\``,
    { context: { topic, partition: task, firstOffset, lastOffset } },
  );
}

/** kafkajs keeps it with the batch without declaring it. */
function fetchedFrom(batch: object): number {
  if ('fetchedOffset' in batch) {
    const offset = Number(batch.fetchedOffset);
    if (Number.isSafeInteger(offset)) return offset;
  }
  throw new BalancinError('BUG', 'kafkajs no longer says from which offset a batch was fetched');
}
