/** What jobs work with: handed in once, where they are started. */
import type { Pool } from 'pg';
import type { MailOptions } from './mail/sendReport.js';
import type { JobLog } from './scheduler/jobLog.js';

export interface JobContext {
  /** Its login owns the schemas and may become every tenant; no statement timeout, for a rollup may take its time. */
  readonly pool: Pool;
  readonly cell: string;
  /** Of Balancín, printed on reports. */
  readonly version: string;
  readonly mail: MailOptions;
  /** Checkpoints held of each task. */
  readonly checkpointsKept: number;
  readonly log: JobLog;
  readonly now: () => number;
}
