/** Takes the right to make temporary tables from everybody who was not given it by name. */
import type { SqlClient } from './sqlClient.js';

/**
 * A temporary table would hide a real one of its name from whoever gets the pooled connection next; `asTenant` searches
 * those last, and nobody needs any. Repeated for each tenant, because a copied or restored database forgets it.
 */
export async function forbidTemporaryTables(client: SqlClient): Promise<void> {
  await client.query(`DO $$ BEGIN
    IF EXISTS (
      SELECT FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) acl
      WHERE d.datname = current_database() AND acl.grantee = 0 AND acl.privilege_type = 'TEMPORARY'
    ) THEN
      EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
  EXCEPTION WHEN internal_error THEN NULL; -- the database's row is being changed by another session: the next tenant's turn
  END $$`);
}
