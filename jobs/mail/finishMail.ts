/** Writes down what became of a sending. */
import type { Pool } from 'pg';
import type { MailKey } from './claimMail.js';

const sql = `
  update balancin.mail
  set status = $3, error = $4, sent_at = case when $3 = 'sent' then clock_timestamp() end
  where report_run_id = $1 and recipient = $2`;

/** `retry`: another call may try again. `failed`: nobody will. */
export type MailStatus = 'sent' | 'retry' | 'failed';

export async function finishMail(
  pool: Pool,
  mail: MailKey,
  status: MailStatus,
  error: string | null,
): Promise<void> {
  await pool.query(sql, [mail.reportRunId, mail.recipient, status, error]);
}
