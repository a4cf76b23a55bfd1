/** Runs a piece of work in a transaction: committed when it resolves, rolled back when it throws. */
import type { Pool } from 'pg';
import type { SqlClient } from './sqlClient.js';

export async function inTransaction<C extends SqlClient, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A broken connection cannot roll back, and need not: the first error is the one to report.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The same on a connection of the pool. */
export async function inPoolTransaction<T>(pool: Pool, work: (client: SqlClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await inTransaction(client, work);
  } finally {
    client.release();
  }
}
