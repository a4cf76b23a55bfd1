/** Makes the data of a new PostgreSQL server. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import type { PostgresBinaries } from './postgresBinaries.js';
import type { PostgresFolder } from './postgresFolder.js';
import type { ServerUser } from './postgresUser.js';

const outputCharsMax = 4_000;

/** Made beside its final place and renamed: a process killed in the middle leaves no half-made cluster. */
export async function ensureCluster(
  folder: PostgresFolder,
  binaries: PostgresBinaries,
  user: ServerUser | null,
  options: { readonly durable: boolean },
): Promise<void> {
  if (existsSync(folder.pgdata)) {
    await requireMajor(folder.pgdata, binaries.major);
    return;
  }
  const unfinished = join(folder.parent, `pgdata.${process.pid}.${Date.now().toString(36)}`);
  const passwordFile = `${unfinished}.password`;
  try {
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, folder.password, { mode: 0o600 });
    if (user !== null) for (const made of [unfinished, passwordFile]) await chown(made, user.uid, user.gid);
    await runInitdb(binaries.initdb, unfinished, passwordFile, user, options);
    await rename(unfinished, folder.pgdata).catch((error: NodeJS.ErrnoException) => {
      // Another process was first: its cluster has the same password.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function requireMajor(pgdata: string, major: number): Promise<void> {
  const found = Number.parseInt(await readFile(join(pgdata, 'PG_VERSION'), 'utf8').catch(() => ''), 10);
  if (found === major) return;
  throw new BalancinError(
    'INCOMPATIBLE',
    `${pgdata} holds data of PostgreSQL ${found}, this is ${major}: dump and restore it, or use another data folder`,
    { context: { found, major } },
  );
}

async function runInitdb(
  initdb: string,
  pgdata: string,
  passwordFile: string,
  user: ServerUser | null,
  options: { readonly durable: boolean },
): Promise<void> {
  // The built-in C.UTF-8 locale sorts the same on every machine; ICU collations stay there to be named in queries.
  const args = [
    `--pgdata=${pgdata}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
  ];
  args.push('--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  if (!options.durable) args.push('--no-sync');
  const child = spawn(initdb, args, {
    cwd: '/',
    env: serverEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-outputCharsMax);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((cause: unknown) => {
    throw new BalancinError('MISSING_DEPENDENCY', `cannot run ${initdb}`, { cause });
  });
  if (code === 0) return;
  const lastLine =
    output
      .trim()
      .split('\n')
      .findLast((line) => line.includes('error')) ?? output.trim();
  throw new BalancinError('DATABASE_UNAVAILABLE', `cannot make a database in ${pgdata}: ${lastLine}`, {
    context: { code, output },
  });
}

/** The server needs nothing of our environment, which may hold secrets, and answers in English for our checks. */
export function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
}
