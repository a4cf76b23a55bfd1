/** Whether a process of the cell can do its work: asked by `/health/ready` and `/health/live`. */
import type { Pool } from 'pg';
import type { Supervisor, ThreadStatus } from '#pipelines/workers/supervisor.js';
import type { Liveness, Readiness } from '#ops/http/routes/health.js';

export interface ReadinessOptions {
  readonly pool: Pool;
  /** Null where the process runs no workers. */
  readonly supervisor: Supervisor | null;
  /** Tasks that this process must hold by itself: all of an embedded log, none known on Kafka, where others share. */
  readonly tasksWanted: number | null;
}

/** Ready: the database answers, every thread runs, every task is claimed and none has been stopped. */
export function readinessOf({ pool, supervisor, tasksWanted }: ReadinessOptions): Readiness {
  return async () => {
    const database = await pool.query('SELECT 1').then(
      () => null,
      () => 'the database does not answer',
    );
    if (supervisor === null) return { database };
    const threads = supervisor.status();
    return { database, workers: threadProblem(threads), tasks: taskProblem(threads, tasksWanted) };
  };
}

function threadProblem(threads: readonly ThreadStatus[]): string | null {
  const down = threads.filter(({ state }) => state !== 'running');
  if (down.length === 0) return null;
  const [first] = down;
  return `${down.length} worker threads are not running${first?.reason ? `: ${first.reason}` : ''}`;
}

function taskProblem(threads: readonly ThreadStatus[], wanted: number | null): string | null {
  const tasks = threads.flatMap((thread) => thread.tasks);
  const stuck = tasks.filter(({ state }) => state === 'stopped' || state === 'quarantined');
  if (stuck.length > 0)
    return `stopped: ${stuck.map(({ task, reason }) => `task ${task} (${reason ?? 'no reason'})`).join(', ')}`;
  if (wanted !== null && tasks.length < wanted) return `${tasks.length} of ${wanted} tasks are claimed`;
  return null;
}

/** A thread reports twice a second, whatever it waits for: one that has not for so long is stuck in a loop of its own. */
const silentMsMax = 30_000;

/** The database or the log being away is not death: workers wait for them, and starting anew would not help. */
export function livenessOf(supervisor: Supervisor, now: () => number = Date.now): Liveness {
  return () => {
    const silent = supervisor
      .status()
      .filter(({ state, heardMs }) => state === 'running' && now() - heardMs > silentMsMax);
    if (silent.length === 0) return null;
    return `worker threads that no longer turn: ${silent.map(({ thread }) => thread).join(', ')}`;
  };
}
