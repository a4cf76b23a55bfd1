/** Records that could not be used, as rows of the dead-letter table. */
import type { DeadLetter } from '#schemas/records/deadLetter.js';
import { deadLetter } from '#schemas/tables/deadLetter.js';
import type { ChunkPool } from './chunkPool.js';
import { createRowBuffer } from './rowBuffer.js';
import type { CopyRows } from './taskCommit.js';

/** Null where there are none. `cycle` as `cycleOf` makes it. */
export function deadLetterRows(
  letters: readonly DeadLetter[],
  cycle: number,
  pool: ChunkPool,
): CopyRows | null {
  const buffer = createRowBuffer(deadLetter, 'balancin', pool);
  for (const l of letters) {
    buffer.append([
      l.topic,
      l.partition,
      l.offset,
      l.arrivalMs,
      l.key,
      l.value,
      l.reason,
      l.detail,
      l.tenant,
      cycle,
    ]);
  }
  return buffer.take();
}
