/** The database as `doctor` sees it: reachable, migrated, safe, with room for a schema a tenant. */
import { withClient } from '#pipelines/database/pool.js';
import { requireMigrated } from '#pipelines/database/requireMigrated.js';
import { BalancinError } from '#schemas/errors.js';
import { failed, type Finding } from './checkUp.js';
import { checkTasks } from './checkTasks.js';
import { type DatabaseUse, judgeDatabase } from './judgeDatabase.js';
import { readDatabase } from './readDatabase.js';

export async function checkDatabase(databaseUrl: string, use: DatabaseUse): Promise<Finding[]> {
  try {
    return await withClient({ databaseUrl, name: 'balancin doctor' }, async (client) => {
      const facts = await readDatabase(client);
      await requireMigrated(databaseUrl);
      return [...judgeDatabase(facts, use), ...(await checkTasks(client))];
    });
  } catch (error) {
    const says = error instanceof BalancinError ? error.message : String(error);
    return [failed('database', says, 'check DATABASE_URL, the server, and that `balancin migrate` was run')];
  }
}
