/** Notes who did what to a tenant, in the transaction that does it. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';

export interface AuditEntry {
  /** Noun and verb: `tenant.create`. */
  readonly action: string;
  readonly tenant: string | null;
  readonly subject: string;
  /** Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export async function writeAudit(client: SqlClient, entry: AuditEntry): Promise<void> {
  await client.query('INSERT INTO balancin.audit (action, tenant, subject, detail) VALUES ($1, $2, $3, $4)', [
    entry.action,
    entry.tenant,
    entry.subject,
    JSON.stringify(entry.detail ?? {}),
  ]);
}
