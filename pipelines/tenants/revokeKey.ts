/** Ends a key for good. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from './writeAudit.js';

/** Throws NOT_FOUND; a key revoked before stays so. */
export async function revokeKey(pool: Pool, keyId: string): Promise<void> {
  await inPoolTransaction(pool, async (client) => {
    const { rows } = await client.query<{ tenant: string }>(
      `UPDATE balancin.api_key k SET revoked_at = coalesce(revoked_at, now())
         FROM balancin.tenant t WHERE k.key_id = $1 AND t.tenant_id = k.tenant_id RETURNING t.slug AS tenant`,
      [keyId],
    );
    const row = rows[0];
    if (!row) throw new BalancinError('NOT_FOUND', `there is no key '${keyId.slice(0, 40)}'`);
    await writeAudit(client, { action: 'key.revoke', tenant: row.tenant, subject: keyId });
  });
}
