/** Lets one process at a time make or clear what is in a data folder: until its server runs, nothing else tells it is used. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { isAlive } from '#ops/servers/childServer.js';

/** Starting takes seconds: a lock that is older was left behind, whoever has its process number now. */
const staleAfterMs = 5 * 60_000;
const triesMax = 10;

/**
 * Resolves with how to let go: once the server runs, its own lock holds. Throws ALREADY_EXISTS while another living process
 * is starting there; what a killed one has left is taken over.
 */
export async function lockStart(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'starting.lock');
  const mine = `${process.pid} ${randomUUID()}`;
  for (let tries = 0; tries < triesMax; tries++) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 });
      return () => release(file, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = await readFile(file, 'utf8').catch(() => null);
    if (held === null) continue;
    if (!(await isStale(file, held)))
      throw new BalancinError(
        'ALREADY_EXISTS',
        `another process is just starting in ${dataDir} (process ${held.split(' ')[0]}): end it, or set BALANCIN_DATA_DIR to another folder`,
      );
    // Of several that find it stale one moves it; a lock that was taken in between is put back.
    const aside = `${file}.${randomUUID()}`;
    if (!(await moved(file, aside))) continue;
    if ((await readFile(aside, 'utf8')) === held) await rm(aside, { force: true });
    else await moved(aside, file);
  }
  throw new BalancinError('ALREADY_EXISTS', `many processes are starting in ${dataDir} at once`);
}

async function isStale(file: string, held: string): Promise<boolean> {
  const pid = Number(held.split(' ')[0]);
  // Not written to the end yet.
  if (!Number.isSafeInteger(pid) || pid <= 0) return (await ageMs(file)) > staleAfterMs;
  return !isAlive(pid) || (await ageMs(file)) > staleAfterMs;
}

async function ageMs(file: string): Promise<number> {
  return Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now());
}

async function moved(from: string, to: string): Promise<boolean> {
  return await rename(from, to).then(
    () => true,
    () => false,
  );
}

async function release(file: string, mine: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => null)) === mine) await rm(file, { force: true });
}
