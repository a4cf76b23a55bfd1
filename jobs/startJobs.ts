/** Starts everything that runs on a clock. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Pool } from 'pg';
import { jobCatalogue } from './catalogue.js';
import type { JobContext } from './jobContext.js';
import { mailOptions, type MailSettings } from './mail/mailOptions.js';
import type { JobLog } from './scheduler/jobLog.js';
import { createScheduler } from './scheduler/scheduler.js';
import { listTenants } from './tenants/listTenants.js';

export interface StartJobsOptions extends MailSettings {
  /** Its login owns the schemas and may become every tenant. Give it no statement timeout: a rollup may take its time. */
  readonly pool: Pool;
  /** Cell whose tenants are served. */
  readonly cell?: string;
  /** Of Balancín, printed on reports. */
  readonly version: string;
  readonly log: JobLog;
  /** Checkpoints held of each task, by default 12. */
  readonly checkpointsKept?: number;
  readonly now?: () => number;
}

export interface RunningJobs {
  /** Names that run here now and then, tenants' jobs without their tenant. */
  readonly names: readonly string[];
  /** Lets what runs finish its step, gives back the rest. The pool stays the caller's. */
  stop(): Promise<void>;
}

/** Numbers from practice: a run is thought dead after a minute without a sign; mail servers greylist for 5 to 15 min. */
const defaults = {
  leaseMs: 60_000,
  retryDelayMs: 5 * 60_000,
  concurrentMax: 2,
  graceMs: 30_000,
};

/** Throws CONFIG_INVALID (smtpUrl), USAGE (mailFrom). */
export async function startJobs(options: StartJobsOptions): Promise<RunningJobs> {
  const { pool, log } = options;
  const cell = options.cell ?? 'default';
  const now = options.now ?? Date.now;
  const mail = mailOptions(options, log);
  const context: JobContext = {
    pool,
    cell,
    version: options.version,
    log,
    now,
    mail,
    checkpointsKept: options.checkpointsKept ?? 12,
  };
  const jobs = jobCatalogue(context);
  const scheduler = createScheduler({
    ...defaults,
    pool,
    jobs,
    listTenants: () => listTenants(pool, cell),
    owner: `${hostname()}/${process.pid}/${randomUUID()}`,
    log,
    now,
  });
  await scheduler.start();
  return {
    names: jobs.map((job) => job.name),
    async stop() {
      await scheduler.stop();
      await mail.transport.close();
    },
  };
}
