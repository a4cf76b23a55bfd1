/** Ends the PostgreSQL server that a killed process left running in a data folder, and only that one. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { BalancinError } from '#schemas/errors.js';
import { isAlive, stopPid } from './childServer.js';

const run = promisify(execFile);

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one (recovery at the next start, nothing lost). */
export const postgresStopSteps = [
  { signal: 'SIGINT', graceMs: 15_000 },
  { signal: 'SIGQUIT', graceMs: 5_000 },
] as const;

/** Written on the server's command line, so that a later start can tell whose child it was. */
export const ownerSetting = (pid: number): string => `cluster_name=balancin-${pid}`;

interface Postmaster {
  readonly parentPid: number;
  readonly command: string;
}

/**
 * PostgreSQL outlives a parent that was killed. An orphan is given another parent by the kernel: so a server whose
 * parent is still the process named on its command line belongs to somebody alive, and is refused, not ended.
 */
export async function endStalePostgres(pgdata: string): Promise<void> {
  const pidFile = join(pgdata, 'postmaster.pid');
  const pid = Number.parseInt((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0] ?? '', 10);
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  const postmaster = isAlive(pid) ? await findPostmaster(pid, pgdata) : null;
  if (postmaster === null) {
    // Another process has the number now: PostgreSQL would refuse to start if it belongs to the same user.
    if (isAlive(pid)) await rm(pidFile, { force: true });
    return;
  }
  const owner = /cluster_name=balancin-(\d+)/.exec(postmaster.command)?.[1];
  if (owner !== undefined && postmaster.parentPid === Number(owner)) {
    throw new BalancinError(
      'ALREADY_EXISTS',
      `the database in ${pgdata} is in use by process ${owner}: end it first, or use another data folder`,
      { context: { pgdata, pid, owner: Number(owner) } },
    );
  }
  await stopPid(pid, postgresStopSteps);
}

/** The process, if it really is a PostgreSQL server over that data folder; otherwise null. */
async function findPostmaster(pid: number, pgdata: string): Promise<Postmaster | null> {
  return existsSync('/proc/self/stat') ? await fromProc(pid, pgdata) : await fromPs(pid, pgdata);
}

/** The server's working directory is its data folder, wherever that was moved since. */
async function fromProc(pid: number, pgdata: string): Promise<Postmaster | null> {
  try {
    const program = (await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
    const folder = await readlink(`/proc/${pid}/cwd`);
    if (basename(program) !== 'postgres' || folder !== (await realpath(pgdata))) return null;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const parentPid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return { parentPid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    // Gone meanwhile, or not ours to look at: then it is no server that we started.
    return null;
  }
}

async function fromPs(pid: number, pgdata: string): Promise<Postmaster | null> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]);
    const [, parent, command] = /^\s*(\d+)\s+(.*)$/s.exec(stdout) ?? [];
    if (parent === undefined || command === undefined) return null;
    const isOurs = /postgres /.test(command) && command.includes(` -D ${pgdata} `);
    return isOurs ? { parentPid: Number(parent), command } : null;
  } catch {
    return null;
  }
}
