/** Keys of edge sites: each is good for one site of one tenant, and its secret is shown once. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { inTransaction } from '#pipelines/database/nestTransaction.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { writeAudit } from './writeAudit.js';

export interface NewKey {
  readonly keyId: string;
  /** 256 random bits, base64url: kept nowhere. */
  readonly secret: string;
}

/** Who a key speaks for. */
export interface KeyScope {
  readonly tenant: string;
  readonly site: string;
}

const secretBytes = 32;

/** Throws NOT_FOUND where there is no such tenant or site. */
export async function createKey(pool: Pool, scope: KeyScope): Promise<NewKey> {
  const schema = quoteName(tenantSchema(scope.tenant));
  const keyId = `bk_${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(secretBytes).toString('base64url');
  const client = await pool.connect();
  try {
    await inTransaction(client, async () => {
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
        [keyId, tenant.tenant_id, scope.site, hashOf(secret), secret.slice(-4)],
      );
      await writeAudit(client, {
        action: 'key.create',
        tenant: scope.tenant,
        subject: keyId,
        detail: { site: scope.site },
      });
    });
  } finally {
    client.release();
  }
  return { keyId, secret };
}

/** Throws NOT_FOUND; a key revoked before stays so. */
export async function revokeKey(pool: Pool, keyId: string): Promise<void> {
  const client = await pool.connect();
  try {
    await inTransaction(client, async () => {
      const { rows } = await client.query<{ tenant: string }>(
        `UPDATE balancin.api_key k SET revoked_at = coalesce(revoked_at, now())
         FROM balancin.tenant t WHERE k.key_id = $1 AND t.tenant_id = k.tenant_id RETURNING t.slug AS tenant`,
        [keyId],
      );
      const row = rows[0];
      if (!row) throw new BalancinError('NOT_FOUND', `there is no key '${keyId.slice(0, 40)}'`);
      await writeAudit(client, { action: 'key.revoke', tenant: row.tenant, subject: keyId });
    });
  } finally {
    client.release();
  }
}

/** Null for a wrong, unknown or revoked key. Takes as long for a wrong secret as for a right one. */
export async function verifyKey(pool: Pool, keyId: string, secret: string): Promise<KeyScope | null> {
  const { rows } = await pool.query<{ tenant: string; site: string; secret_sha256: Buffer }>(
    'SELECT tenant, site, secret_sha256 FROM balancin.read_key($1)',
    [keyId],
  );
  const row = rows[0];
  const expected = row?.secret_sha256 ?? Buffer.alloc(secretBytes);
  const same = timingSafeEqual(hashOf(secret), expected);
  return row && same ? { tenant: row.tenant, site: row.site } : null;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
