/** Makes one report on request: what the command line calls. */
import type { Pool } from 'pg';
import type { Language } from './reports/language.js';
import { lastProductionDay } from './reports/productionDay.js';
import { makeReport } from './reports/runs/makeReport.js';
import type { ReportRun } from './reports/runs/reportRun.js';
import { readTenant } from './tenants/readTenant.js';

export interface RunReportOptions {
  readonly pool: Pool;
  /** Slug. */
  readonly tenant: string;
  /** `YYYY-MM-DD`; by default the newest production day that is over. */
  readonly day?: string;
  readonly language: Language;
  /** Of Balancín, printed on the report. */
  readonly version: string;
  /** Who asked, kept with the run. */
  readonly requestedBy: string;
  readonly now?: () => number;
}

/** Always makes a new edition, from the data of now. Throws USAGE (kind, day), NOT_FOUND (tenant). */
export async function runReport(kind: string, options: RunReportOptions): Promise<ReportRun> {
  const tenant = await readTenant(options.pool, options.tenant);
  const now = options.now ?? Date.now;
  const day = options.day ?? lastProductionDay(now(), tenant).day;
  return await makeReport(kind, { ...options, day, now, recipients: [], scheduled: false });
}
