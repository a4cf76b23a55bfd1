/** A report that was made, as the tenant's `report_run` keeps it. */
import type { Language } from '../language.js';
import type { ReportSummary } from '../reportKind.js';

export interface ReportRun {
  readonly reportRunId: string;
  readonly kind: string;
  readonly day: string;
  readonly language: Language;
  /** A person or program; `schedule` for the scheduler. */
  readonly requestedBy: string;
  readonly recipients: readonly string[];
  readonly summary: ReportSummary;
  /** Of the PDF, hexadecimal. */
  readonly sha256: string;
  readonly pdf: Uint8Array;
}
