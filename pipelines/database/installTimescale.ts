/** Uses TimescaleDB where the server has it: decided once, when the database is first migrated. */
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from './sqlClient.js';

/** Throws MISSING_DEPENDENCY where it is loaded and not ours to create: to go on without it is not for us to choose. */
export async function installTimescale(client: SqlClient): Promise<void> {
  // Without its library preloaded, creating the extension would end the connection.
  const { rows } = await client.query<{ wanted: boolean }>(
    `SELECT to_regnamespace('balancin') IS NULL
        AND EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.license')
        AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb' AND installed_version IS NULL) AS wanted`,
  );
  if (rows[0]?.wanted !== true) return;
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
  } catch (cause) {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      'this server has TimescaleDB, and the extension cannot be created: run CREATE EXTENSION timescaledb in this database as its administrator',
      { cause },
    );
  }
}
