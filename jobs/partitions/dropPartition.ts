/** Drops one partition without making writers or readers of its table wait. */
import type { Pool } from 'pg';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import type { Partition } from './readExpiredPartitions.js';

/** CONCURRENTLY waits for those who use the table and lets them go on; it may not be in a transaction. */
export async function dropPartition(pool: Pool, tenant: string, expired: Partition): Promise<void> {
  const schema = quoteName(tenantSchema(tenant));
  const table = `${schema}.${quoteName(expired.table)}`;
  const partition = `${schema}.${quoteName(expired.partition)}`;
  await pool.query(`ALTER TABLE ${table} DETACH PARTITION ${partition} CONCURRENTLY`);
  await pool.query(`DROP TABLE ${partition}`);
}
