/** Whether a log can serve a position: between its lowest offset and one past its last. */
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
