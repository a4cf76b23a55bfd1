/** Makes a key for an edge site: good for one site of one tenant, its secret shown once. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { hashSecret } from './hashSecret.js';
import type { KeyScope } from './keyScope.js';
import { writeAudit } from './writeAudit.js';

export interface NewKey {
  readonly keyId: string;
  /** 256 random bits, base64url: kept nowhere. */
  readonly secret: string;
}

const secretBytes = 32;

/** Throws NOT_FOUND where there is no such tenant or site. */
export async function createKey(pool: Pool, scope: KeyScope): Promise<NewKey> {
  const schema = quoteName(tenantSchema(scope.tenant));
  const keyId = `bk_${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(secretBytes).toString('base64url');
  await inPoolTransaction(pool, async (client) => {
    const { rows: tenants } = await client.query<{ tenant_id: number }>(
      'SELECT tenant_id FROM balancin.tenant WHERE slug = $1',
      [scope.tenant],
    );
    const tenant = tenants[0];
    if (!tenant) throw new BalancinError('NOT_FOUND', `there is no tenant '${scope.tenant}'`);
    const { rows: sites } = await client.query(`SELECT FROM ${schema}.site WHERE name = $1`, [scope.site]);
    if (sites.length === 0)
      throw new BalancinError('NOT_FOUND', `tenant '${scope.tenant}' has no site '${scope.site}'`);
    await client.query(
      `INSERT INTO balancin.api_key (key_id, tenant_id, site, secret_sha256, last_four)
         VALUES ($1, $2, $3, $4, $5)`,
      [keyId, tenant.tenant_id, scope.site, hashSecret(secret), secret.slice(-4)],
    );
    await writeAudit(client, {
      action: 'key.create',
      tenant: scope.tenant,
      subject: keyId,
      detail: { site: scope.site },
    });
  });
  return { keyId, secret };
}
