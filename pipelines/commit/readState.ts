/** Stored state of a task as one snapshot sees it. */
import { BalancinError } from '#schemas/errors.js';
import type { Session } from './session.js';
import type { Claim, StateSegment } from './taskCommit.js';

/** Bounds what is in memory at once; a segment is seldom more than 1 MiB. */
const segmentsPerRead = 16;

/** A segment and where it stands in order. */
export interface StoredSegment extends StateSegment {
  readonly claimEpoch: number;
  readonly commitNumber: number;
}

/**
 * Every segment, by operator, oldest first. One REPEATABLE READ snapshot over base and segments: a fold that happens
 * meanwhile is seen wholly or not at all. Throws FENCED where the task is no longer as `holds` demands.
 */
export async function readState(
  session: Session,
  claim: Claim,
  holds: (task: { readonly epoch: number; readonly owner: string; readonly commitNumber: number }) => boolean,
  visit: (segment: StoredSegment) => void,
): Promise<void> {
  const { client } = session;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const task = await client.query<{ epoch: string; owner: string; commit_number: string }>(
      'SELECT epoch, owner, commit_number FROM balancin.task WHERE topology = $1 AND task = $2',
      [claim.topology, claim.task],
    );
    const [row] = task.rows;
    if (
      row === undefined ||
      !holds({ epoch: Number(row.epoch), owner: row.owner, commitNumber: Number(row.commit_number) })
    ) {
      throw new BalancinError('FENCED', `${claim.topology} task ${claim.task} has another owner`);
    }
    let after: readonly [string, string, string] = ['', '0', '0'];
    for (;;) {
      // As text: pg reads binary answers as UTF-8, which bytes do not survive.
      const { rows } = await client.query<StateRow>(
        `SELECT operator, claim_epoch, commit_number, kind, version, keys, bytes
         FROM balancin.operator_state
         WHERE topology = $1 AND task = $2 AND (operator, claim_epoch, commit_number) > ($3, $4, $5)
         ORDER BY operator, claim_epoch, commit_number
         LIMIT ${segmentsPerRead}`,
        [claim.topology, claim.task, ...after],
      );
      for (const { operator, claim_epoch, commit_number, kind, version, keys, bytes } of rows) {
        visit({
          operator,
          kind,
          version,
          keys,
          bytes,
          claimEpoch: Number(claim_epoch),
          commitNumber: Number(commit_number),
        });
        after = [operator, claim_epoch, commit_number];
      }
      if (rows.length < segmentsPerRead) break;
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => session.destroy());
    throw error;
  }
}

interface StateRow {
  readonly operator: string;
  readonly claim_epoch: string;
  readonly commit_number: string;
  readonly kind: StateSegment['kind'];
  readonly version: number;
  readonly keys: number;
  readonly bytes: Buffer;
}
