/** Says who holds a key and its secret. */
import { timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { hashSecret } from './hashSecret.js';
import type { KeyScope } from './keyScope.js';

const nobodysHash = hashSecret('');

/** Null for a wrong, unknown or revoked key. Takes as long for a wrong secret as for a right one. */
export async function verifyKey(pool: Pool, keyId: string, secret: string): Promise<KeyScope | null> {
  const { rows } = await pool.query<{ tenant: string; site: string; secret_sha256: Buffer }>(
    'SELECT tenant, site, secret_sha256 FROM balancin.read_key($1)',
    [keyId],
  );
  const row = rows[0];
  const expected = row?.secret_sha256 ?? nobodysHash;
  const same = timingSafeEqual(hashSecret(secret), expected);
  return row && same ? { tenant: row.tenant, site: row.site } : null;
}
