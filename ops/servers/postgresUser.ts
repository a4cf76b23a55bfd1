/** Decides which user the PostgreSQL server runs as: it refuses to run as root. */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BalancinError } from '#schemas/errors.js';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Users to run as under root, best first. `nobody` is on every Linux and macOS; initdb needs a user with an
 * entry in the user database, and making one would change the machine more than a demo may.
 */
const candidates = ['postgres', 'nobody'];

/** The user to run as, or null where we are not root and the server simply runs as ourselves. */
export async function findServerUser(options: { readonly name?: string } = {}): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const names = options.name === undefined ? candidates : [options.name];
  const user = pickServerUser(passwd, names);
  if (user === null) {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      `PostgreSQL does not run as root and there is no user ${names.join(' or ')}: run as another user`,
    );
  }
  return user;
}

/** The first of the names that the text of /etc/passwd knows with a user id other than root's. */
export function pickServerUser(passwd: string, names: readonly string[] = candidates): ServerUser | null {
  const byName = new Map(passwd.split('\n').map((line) => [line.split(':')[0], line.split(':')]));
  for (const name of names) {
    const [, , uid, gid] = byName.get(name) ?? [];
    if (uid && gid && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/** True when the user may enter every folder above the path. The path itself need not exist. */
export async function canReach(path: string, user: ServerUser): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!(await hasMode(folder, user, 1))) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** True when the user has the permission bits (4 read, 1 execute or enter) on an existing file or folder. */
export async function hasMode(path: string, user: ServerUser, bits: number): Promise<boolean> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) return false;
  const shift = entry.uid === user.uid ? 6 : entry.gid === user.gid ? 3 : 0;
  return ((entry.mode >> shift) & bits) === bits;
}
