/** Whether a process of the cell can do its work: asked by `/health/ready`. */
import type { Pool } from 'pg';
import type { Supervisor } from '#pipelines/workers/supervisor.js';
import type { Readiness } from '#ops/http/routes/health.js';

export function readinessOf(pool: Pool, supervisor: Supervisor | null): Readiness {
  return async () => {
    const database = await pool.query('SELECT 1').then(
      () => null,
      () => 'the database does not answer',
    );
    if (supervisor === null) return { database };
    const down = supervisor.status().filter(({ state }) => state !== 'running').length;
    return { database, workers: down === 0 ? null : `${down} worker threads are not running` };
  };
}
