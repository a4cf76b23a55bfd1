/** Packed state of a commit, as rows of the state table. */
import { operatorState } from '#schemas/tables/operatorState.js';
import type { ChunkPool } from './chunkPool.js';
import { createRowBuffer } from './rowBuffer.js';
import type { CopyRows, TaskCommit } from './taskCommit.js';

export function stateRows(commit: TaskCommit, pool: ChunkPool): CopyRows | null {
  const buffer = createRowBuffer(operatorState, 'balancin', pool);
  const { topology, task, epoch } = commit.claim;
  for (const { operator, kind, version, keys, bytes } of commit.state) {
    buffer.append([topology, task, operator, epoch, commit.commitNumber, kind, version, keys, bytes]);
  }
  return buffer.take();
}
