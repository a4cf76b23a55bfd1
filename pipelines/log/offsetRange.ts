/** Whether a log can serve a position: between its lowest offset and one past its last, and still the log that was read. */
import { BalancinError } from '#schemas/errors.js';

interface OffsetRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The range, where `offset` lies in it; `range` is null for a partition that is not there. Throws OFFSET_OUT_OF_RANGE
 * otherwise, and says what to do: going on from elsewhere would lose records (below) or read other ones (above).
 */
export function checkOffset(
  at: { readonly topic: string; readonly partition: number },
  offset: number,
  range: OffsetRange | null,
): OffsetRange {
  const { topic, partition } = at;
  if (range !== null && offset >= range.low && offset <= range.high) return range;
  const where = `${topic}/${partition}`;
  const why =
    range === null
      ? `${where} is not in the log`
      : offset < range.low
        ? `records ${offset} to ${range.low - 1} of ${where} are past the log's retention`
        : `${where} ends at ${range.high}, before the next offset ${offset}: it was recreated or cut`;
  throw new BalancinError(
    'OFFSET_OUT_OF_RANGE',
    `${why}. This task is stopped and nothing is skipped: restore the topic, or rewind with \`balancin reprocess\``,
    { context: { topic, partition, offset, low: range?.low ?? null, high: range?.high ?? null } },
  );
}

/**
 * `firstAfter`: the log's first offset that arrived later than everything that was read up to `next`. Below `next`, what was
 * read there is gone and something else stands in its place. Throws OFFSET_OUT_OF_RANGE then.
 */
export function checkSameLog(
  at: { readonly topic: string; readonly partition: number },
  next: number,
  firstAfter: number,
): void {
  if (firstAfter >= next) return;
  const { topic, partition } = at;
  throw new BalancinError(
    'OFFSET_OUT_OF_RANGE',
    `${topic}/${partition} was recreated or cut and has grown again: what stands at offset ${firstAfter} arrived after all that was read up to ${next}. This task is stopped and nothing is skipped: restore the topic, or rewind with \`balancin reprocess\``,
    { context: { topic, partition, offset: next, firstAfter } },
  );
}
