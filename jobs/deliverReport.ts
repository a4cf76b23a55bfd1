/** Mails a report that was made on request: what the command line and the demo call. */
import type { Pool } from 'pg';
import { type MailSettings, mailOptions } from './mail/mailOptions.js';
import { type Delivery, sendReport } from './mail/sendReport.js';
import type { ReportRun } from './reports/runs/reportRun.js';
import type { JobLog } from './scheduler/jobLog.js';

export interface DeliverReportOptions extends MailSettings {
  readonly pool: Pool;
  /** Slug. */
  readonly tenant: string;
  readonly run: ReportRun;
  readonly recipients: readonly string[];
  readonly log: JobLog;
}

/**
 * One entry a recipient; `where` is the server's answer, or the path of the PDF in `outboxDir`. Throws CONFIG_INVALID,
 * USAGE (mailFrom), MAIL_UNAVAILABLE where somebody could not be reached.
 */
export async function deliverReport(options: DeliverReportOptions): Promise<Delivery[]> {
  const mail = mailOptions(options, options.log);
  try {
    return await sendReport(options.pool, mail, options);
  } finally {
    await mail.transport.close();
  }
}
