/** Lets one rollup of a tenant work at a time: a slower one must not write an older merge over a newer. */
import type { TenantClient } from '#pipelines/database/asTenant.js';

const sql = `select pg_advisory_xact_lock(hashtext('balancin.rollup'), hashtext($1))`;

/** Until the transaction ends. Statements after it see all that the one before it committed. */
export async function lockRollup(client: TenantClient, tenant: string): Promise<void> {
  await client.query(sql, [tenant]);
}
