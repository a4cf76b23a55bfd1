/** A task's part of a commit as bytes, kept until its outcome is known: what is sent again is the same to the last bit. */
import { BalancinError } from '#schemas/errors.js';
import { outcomes, type Tally } from '../tally.js';
import type { ChunkPool } from './chunkPool.js';
import { outboxRows } from './outboxRows.js';
import { stateRows } from './stateRows.js';
import type { CopyRows, TaskCommit } from './taskCommit.js';

export interface PreparedCommit {
  readonly commit: TaskCommit;
  readonly rows: readonly CopyRows[];
  readonly state: CopyRows | null;
  readonly outbox: CopyRows | null;
  /** Argument of `balancin.advance`. */
  readonly advance: Record<string, unknown>;
}

/** Throws BUG where the commit contradicts itself: the fence would refuse it for the wrong reason. */
export function prepareCommit(commit: TaskCommit, pool: ChunkPool): PreparedCommit {
  const { claim, commitNumber, clockMs, arrivedMs, expectedOffsets, nextOffsets } = commit;
  const what = `commit ${commitNumber} of ${claim.topology} task ${claim.task}`;
  if (commitNumber <= claim.commitNumber) {
    throw new BalancinError('BUG', `${what}: the claim found commit ${claim.commitNumber} done already`);
  }
  if (clockMs < claim.clockMs) {
    throw new BalancinError('BUG', `${what}: its clock ${clockMs} is before the claim's ${claim.clockMs}`);
  }
  for (const [topic, next] of nextOffsets) {
    if (next < (expectedOffsets.get(topic) ?? 0)) {
      throw new BalancinError('BUG', `${what}: the next offset of ${topic} goes back to ${next}`);
    }
  }
  return {
    commit,
    rows: commit.rows.filter((part) => part.rows > 0),
    state: stateRows(commit, pool),
    outbox: outboxRows(commit, pool),
    advance: {
      topology: claim.topology,
      task: claim.task,
      epoch: claim.epoch,
      owner: claim.owner,
      commit_number: commitNumber,
      clock_ms: clockMs,
      arrived_ms: arrivedMs,
      expected: Object.fromEntries(expectedOffsets),
      next: Object.fromEntries(nextOffsets),
      bases: commit.state.filter((s) => s.kind === 'base').map((s) => s.operator),
      tally: tallyCounts(commit.tally),
    },
  };
}

/** Everything that came from a pool. */
export function chunksOf(prepared: PreparedCommit): Uint8Array[] {
  const parts = [...prepared.commit.rows, prepared.state, prepared.outbox];
  return parts.flatMap((part) => [...(part?.chunks ?? [])]);
}

/** Counts that are not 0, as `balancin.task_tally` keeps them. */
function tallyCounts(tally: Tally): { measure: string; name: string; total: number }[] {
  const counts = [
    ...outcomes.map((name) => ({ measure: 'frames', name, total: tally.frames[name] })),
    ...outcomes.map((name) => ({ measure: 'samples', name, total: tally.samples[name] })),
    ...Object.entries(tally.rejectedFrames).map(([name, total]) => ({
      measure: 'rejected_frames',
      name,
      total,
    })),
    { measure: 'bad_samples', name: '', total: tally.badSamples },
    { measure: 'records', name: 'read', total: tally.records },
    { measure: 'records', name: 'skipped', total: tally.skippedOffsets },
    { measure: 'records', name: 'site', total: tally.siteRecords },
  ];
  return counts.filter((count) => count.total !== 0);
}
