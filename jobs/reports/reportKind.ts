/** What a kind of report has to offer to be scheduled, kept, mailed and asked for on the command line. */
import type { Pool } from 'pg';
import type { Schedule } from '../scheduler/job.js';
import type { JobTenant } from '../tenants/listTenants.js';
import type { Language } from './language.js';
import type { DayRule } from './productionDay.js';

/** What a mail says of a report: words and figures in the reader's language. */
export interface ReportSummary {
  readonly title: string;
  readonly tenant: string;
  readonly day: string;
  /** A sentence that must not be missed. */
  readonly note: string | null;
  readonly figures: readonly { readonly label: string; readonly value: string; readonly note: string }[];
}

export interface BuiltReport {
  readonly pdf: Uint8Array;
  readonly summary: ReportSummary;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly frozenAtMs: number;
  readonly dataCutOffMs: number;
}

export interface ReportKind {
  readonly name: string;
  schedule(tenant: JobTenant): Schedule;
  /** The day that a run at that time is about. */
  dayOf(slotMs: number, rule: DayRule): string;
  build(options: {
    readonly pool: Pool;
    readonly tenant: string;
    readonly day: string;
    readonly language: Language;
    readonly version: string;
    readonly now?: () => number;
  }): Promise<BuiltReport>;
}
