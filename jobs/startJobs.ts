/** Starts everything that runs on a clock. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Pool } from 'pg';
import { jobCatalogue } from './catalogue.js';
import type { JobContext } from './jobContext.js';
import { createFolderTransport } from './mail/folderTransport.js';
import type { MailTransport } from './mail/mailTransport.js';
import { createSmtpTransport } from './mail/smtpTransport.js';
import { requireAddress } from './mail/requireAddress.js';
import type { JobLog } from './scheduler/jobLog.js';
import { createScheduler } from './scheduler/scheduler.js';
import { listTenants } from './tenants/listTenants.js';

export interface StartJobsOptions {
  /** Its login owns the schemas and may become every tenant. Give it no statement timeout: a rollup may take its time. */
  readonly pool: Pool;
  /** Cell whose tenants are served. */
  readonly cell?: string;
  /** Of Balancín, printed on reports. */
  readonly version: string;
  /** Without it mail lands in `outboxDir` as `.eml` and `.pdf`. */
  readonly smtpUrl?: string;
  readonly outboxDir: string;
  /** Address that mail is from. */
  readonly mailFrom: string;
  readonly log: JobLog;
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
  mailAttemptsMax: 3,
  mailRetryDelayMs: 2_000,
  mailLeaseMs: 10 * 60_000,
};

/** Throws CONFIG_INVALID (smtpUrl), USAGE (mailFrom). */
export async function startJobs(options: StartJobsOptions): Promise<RunningJobs> {
  const { pool, log } = options;
  const cell = options.cell ?? 'default';
  const now = options.now ?? Date.now;
  const transport = createTransport(options);
  const context: JobContext = {
    pool,
    cell,
    version: options.version,
    log,
    now,
    mail: {
      transport,
      from: requireAddress(options.mailFrom),
      attemptsMax: defaults.mailAttemptsMax,
      retryDelayMs: defaults.mailRetryDelayMs,
      leaseMs: defaults.mailLeaseMs,
      log,
    },
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
      await transport.close();
    },
  };
}

/** An SMTP server where there is one, else a folder. */
export function createTransport(options: {
  readonly smtpUrl?: string;
  readonly outboxDir: string;
}): MailTransport {
  return options.smtpUrl === undefined
    ? createFolderTransport(options.outboxDir)
    : createSmtpTransport(options.smtpUrl);
}
