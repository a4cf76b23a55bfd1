/** Takes the sending of one report to one recipient, unless it was sent, was refused, or is being sent. */
import type { Pool } from 'pg';

const sql = `
  insert into balancin.mail (report_run_id, recipient, tenant, status, lease_until, message_id)
  values ($1, $2, $3, 'sending', clock_timestamp() + $4 * interval '1 ms', $5)
  on conflict (report_run_id, recipient) do update
  set status = 'sending', attempts = mail.attempts + 1, lease_until = excluded.lease_until
  where mail.status = 'retry' or (mail.status = 'sending' and mail.lease_until < clock_timestamp())
  returning message_id as "messageId"`;

export interface MailKey {
  readonly reportRunId: string;
  readonly recipient: string;
  readonly tenant: string;
}

/** Message id to send under, the same at every attempt; null where there is nothing to do. */
export async function claimMail(
  pool: Pool,
  mail: MailKey,
  by: { readonly leaseMs: number; readonly messageId: string },
): Promise<string | null> {
  const { rows } = await pool.query<{ messageId: string }>(sql, [
    mail.reportRunId,
    mail.recipient,
    mail.tenant,
    by.leaseMs,
    by.messageId,
  ]);
  return rows[0]?.messageId ?? null;
}
