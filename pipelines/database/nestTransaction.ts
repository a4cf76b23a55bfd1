/** Lets a library that opens its own transaction run inside ours. */
import type { SqlClient } from './sqlClient.js';

const nested: Readonly<Record<string, string>> = {
  BEGIN: 'SAVEPOINT nested',
  COMMIT: 'RELEASE SAVEPOINT nested',
  ROLLBACK: 'ROLLBACK TO SAVEPOINT nested',
};

/** The client with its transaction statements turned into those of a savepoint. One level deep. */
export function nestTransaction(client: SqlClient): SqlClient {
  return { query: (text, values) => client.query(nested[text] ?? text, values) };
}

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
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
