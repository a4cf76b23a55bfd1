/** What a commit has to say to the outside, as rows of the outbox. */
import { outbox } from '#schemas/tables/outbox.js';
import type { ChunkPool } from './chunkPool.js';
import { cycleOf } from './cycle.js';
import { createRowBuffer } from './rowBuffer.js';
import type { CopyRows, TaskCommit } from './taskCommit.js';

/** Numbered in the order given: the relay sends them so. Null where there is nothing to say. */
export function outboxRows(commit: TaskCommit, pool: ChunkPool): CopyRows | null {
  const buffer = createRowBuffer(outbox, 'balancin', pool);
  const { topology, task } = commit.claim;
  const cycle = cycleOf(task, commit.commitNumber);
  for (const [n, message] of commit.outbox.entries()) {
    const { messageId, topic, key, value } = message;
    buffer.append([topology, task, cycle, n, messageId, topic, key, value]);
  }
  return buffer.take();
}
