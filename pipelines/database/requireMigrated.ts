/** Refuses a database whose control schema is not the one this version knows: before anything works on it. */
import { BalancinError } from '#schemas/errors.js';
import { withClient } from './pool.js';
import { migrationFolders, missingMigrations } from './runMigrations.js';

/** Throws DATABASE_NEWER, INCOMPATIBLE (older, or empty: to be migrated) and what `withClient` throws. */
export async function requireMigrated(databaseUrl: string): Promise<void> {
  await withClient({ databaseUrl }, async (client) => {
    const missing = await missingMigrations(client, 'balancin', migrationFolders.control);
    if (missing.length > 0)
      throw new BalancinError(
        'INCOMPATIBLE',
        `the database is older than this version (it lacks ${missing.length} migrations, ${missing[0]} first): run balancin migrate`,
        { context: { missing } },
      );
  });
}
