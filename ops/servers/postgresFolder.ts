/** Decides where a PostgreSQL server keeps its data, password file and log. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { sharedFolder } from './postgresBinaries.js';
import { canReach, type ServerUser } from './postgresUser.js';

export interface PostgresFolder {
  /** The cluster itself, owned by the server's user: `<dataDir>/pgdata`, or elsewhere where that is out of reach. */
  readonly pgdata: string;
  /** Folder of `pgdata`, which the caller may write. */
  readonly parent: string;
  readonly password: string;
  readonly log: string;
}

/**
 * `<dataDir>` belongs to the caller and holds `postgres.log`, `pgdata` and, always beside that, `password` (0600). Under root, where
 * the server's user cannot enter it, the cluster goes to `/var/lib/balancin/<name>-<hash of the path>/pgdata`
 * and `<dataDir>/where.txt` says so: the same data folder finds the same cluster on every run.
 */
export async function openPostgresFolder(dataDir: string, user: ServerUser | null): Promise<PostgresFolder> {
  await mkdir(dataDir, { recursive: true });
  const own = await realpath(dataDir);
  const parent = await clusterParent(own, user);
  return {
    pgdata: join(parent, 'pgdata'),
    parent,
    password: await readOrMakePassword(parent, join(parent, 'pgdata')),
    log: join(own, 'postgres.log'),
  };
}

/** Where the cluster of a data folder goes when it cannot stay inside. */
export function sharedParent(realDataDir: string): string {
  const hash = createHash('sha256').update(realDataDir).digest('hex').slice(0, 12);
  return join(sharedFolder, `${basename(realDataDir)}-${hash}`);
}

async function clusterParent(own: string, user: ServerUser | null): Promise<string> {
  if (user === null) return own;
  const shared = sharedParent(own);
  const inside = join(own, 'pgdata');
  const reachable = await canReach(inside, user);
  if (existsSync(inside) && !reachable) {
    throw new BalancinError(
      'DATABASE_UNAVAILABLE',
      `user ${user.name} can no longer enter ${inside}: give the folders above it the right to enter (chmod o+x)`,
    );
  }
  if (existsSync(inside) || (reachable && !existsSync(join(shared, 'pgdata')))) return own;
  await mkdir(shared, { recursive: true });
  for (const folder of [sharedFolder, shared]) await chmod(folder, 0o755);
  await writeFile(join(own, 'where.txt'), `The PostgreSQL data of this folder is in ${shared}\n`);
  return shared;
}

/** Beside the cluster: a data folder that is deleted and made anew, as a clone is, must still open what stands elsewhere. */
async function readOrMakePassword(parent: string, pgdata: string): Promise<string> {
  const file = join(parent, 'password');
  if (!existsSync(file) && existsSync(pgdata)) {
    throw new BalancinError(
      'AUTHENTICATION',
      `${file} is missing, without it the database in ${pgdata} cannot be opened: put it back, or remove both`,
    );
  }
  // Exclusive: of two that start at once the second reads what the first wrote.
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return (await readFile(file, 'utf8')).trim();
}
