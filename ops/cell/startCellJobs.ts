/** Starts the jobs of a cell: rollups, partitions, retention, reports. */
import { join } from 'node:path';
import { createPool } from '#pipelines/database/pool.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import { type RunningJobs, startJobs } from '#jobs/startJobs.js';
import { version } from '#ops/version.js';
import type { Cell } from './cell.js';

export async function startCellJobs(cell: Cell, log: WorkerLog): Promise<RunningJobs> {
  const { mail, dataDir } = cell.config;
  // A rollup over a backlog may take longer than any other statement is allowed to.
  const pool = createPool({ databaseUrl: cell.databaseUrl, name: 'balancin jobs', statementTimeoutMs: 0 });
  try {
    const jobs = await startJobs({
      pool,
      version,
      log,
      smtpUrl: mail.smtpUrl ?? undefined,
      outboxDir: join(dataDir, 'mail'),
      mailFrom: mail.from,
      checkpointsKept: cell.config.cell.checkpointsKept,
    });
    return {
      names: jobs.names,
      async stop() {
        await jobs.stop();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
