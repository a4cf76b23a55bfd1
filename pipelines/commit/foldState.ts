/** Keeps stored state small: folds the segments of a task into one base an operator, beside the commits. */
import type { OnCommitEvent } from './commitEvent.js';
import { readState, type StoredSegment } from './readState.js';
import type { Session } from './session.js';
import { StateFold } from './stateFold.js';
import type { Claim } from './taskCommit.js';

/**
 * Reads in one snapshot, folds in memory, then puts the base in the place of exactly those segments by one statement, which
 * is fenced by the claim. What was committed in between stays and comes after the base. Throws FENCED.
 */
export async function foldState(session: Session, claim: Claim, onEvent: OnCommitEvent): Promise<void> {
  const read = new Map<string, StoredSegment[]>();
  await readState(
    session,
    claim,
    (task) => task.epoch === claim.epoch && task.owner === claim.owner,
    (segment) => {
      const known = read.get(segment.operator);
      if (known === undefined) read.set(segment.operator, [segment]);
      else known.push(segment);
    },
  );
  for (const [operator, segments] of read) {
    // Two versions may stand side by side only until the operator has written a base of the new one.
    if (segments.length < 2 || segments.some((s) => s.version !== segments[0]?.version)) continue;
    const fold = new StateFold();
    for (const segment of segments) fold.add(segment);
    const base = fold.base(operator);
    await session.client.query('SELECT balancin.fold_state($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      claim.topology,
      claim.task,
      claim.epoch,
      claim.owner,
      operator,
      segments.map((s) => s.claimEpoch),
      segments.map((s) => s.commitNumber),
      base.version,
      base.keys,
      base.bytes,
    ]);
    onEvent({
      kind: 'folded',
      topology: claim.topology,
      task: claim.task,
      operator,
      segments: segments.length,
      keys: base.keys,
      bytesBefore: segments.reduce((sum, s) => sum + s.bytes.length, 0),
      bytesAfter: base.bytes.length,
    });
  }
}
