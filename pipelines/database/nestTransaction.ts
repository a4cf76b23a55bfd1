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
