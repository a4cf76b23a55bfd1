/** Becoming a task's owner: whoever held it before is fenced off from then on. */
import { BalancinError } from '#schemas/errors.js';
import type { Session } from './session.js';
import type { Claim } from './taskCommit.js';

export interface ClaimRequest {
  readonly topology: string;
  readonly task: number;
  readonly topics: readonly string[];
  readonly owner: string;
}

/**
 * `onWait` is called with the session's pid if the claim has not gone through after `patienceMs`: the row is then held by a
 * transaction that does not end. Waits for a commit that is under way, and so tells whether it happened.
 */
export async function claimTask(
  session: Session,
  request: ClaimRequest,
  wait: { readonly patienceMs: number; readonly onWait: (pid: number) => void },
): Promise<Claim> {
  const timer = setTimeout(() => wait.onWait(session.pid), wait.patienceMs);
  try {
    const { rows } = await session.client.query<{
      epoch: string;
      commit_number: string;
      clock_ms: string;
      next_offsets: Record<string, number>;
      arrived_ms: string;
    }>(
      'SELECT epoch, commit_number, clock_ms, next_offsets, arrived_ms FROM balancin.claim_task($1, $2, $3)',
      [request.topology, request.task, request.owner],
    );
    const [row] = rows;
    if (row === undefined) throw new BalancinError('BUG', 'claim_task gave no row');
    return {
      topology: request.topology,
      task: request.task,
      epoch: Number(row.epoch),
      owner: request.owner,
      commitNumber: Number(row.commit_number),
      clockMs: Number(row.clock_ms),
      arrivedMs: Number(row.arrived_ms),
      nextOffsets: new Map(
        Object.entries(row.next_offsets).filter(([topic]) => request.topics.includes(topic)),
      ),
    };
  } finally {
    clearTimeout(timer);
  }
}
