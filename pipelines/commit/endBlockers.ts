/** Ends the sessions that hold what another waits for: only those of this product's workers. */
import { type Session, sessionNamePrefix } from './session.js';

export interface Blockers {
  readonly endedPids: readonly number[];
  /** Somebody else's: left alone, to be named to the operator. */
  readonly otherPids: readonly number[];
}

/** The session is one that has kept its login's role: it may end what the same login started. */
export async function endBlockers(session: Session, waitingPid: number): Promise<Blockers> {
  const { rows } = await session.client.query<{ pid: number; ended: boolean | null }>(
    `SELECT a.pid,
            CASE WHEN a.usename = session_user AND a.datname = current_database()
                      AND starts_with(a.application_name, $2)
                 THEN pg_terminate_backend(a.pid) END AS ended
     FROM unnest(pg_blocking_pids($1)) AS blocker
     JOIN pg_stat_activity a ON a.pid = blocker`,
    [waitingPid, sessionNamePrefix],
  );
  return {
    endedPids: rows.filter((r) => r.ended === true).map((r) => r.pid),
    otherPids: rows.filter((r) => r.ended !== true).map((r) => r.pid),
  };
}
