/** Gets the jars that a pom file names from Maven, once, into the checkout's git-ignored folder. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BalancinError } from '#schemas/errors.js';
import { isAlive } from './childServer.js';
import { findJdk } from './jdk.js';
import { projectFolder } from './projectFolder.js';

const run = promisify(execFile);
const fetchMs = 10 * 60_000;

/**
 * Folder with the artifacts of `ops/servers/<name>.pom.xml`; archives are unpacked. A changed pom gets a new one.
 * Errors: MISSING_DEPENDENCY (no Java, no Maven, no network), in one line.
 */
export async function fetchArtifacts(name: string): Promise<string> {
  const pom = fileURLToPath(import.meta.resolve(`#ops/servers/${name}.pom.xml`));
  const hash = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const folder = projectFolder(`java/${name}-${hash}`);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await copyArtifacts(pom, folder);
  });
  return folder;
}

async function copyArtifacts(pom: string, folder: string): Promise<void> {
  const { home } = await findJdk(17);
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const args = ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  try {
    await run('mvn', [...args, `-DoutputDirectory=${unfinished}`], {
      env: { ...process.env, JAVA_HOME: home },
      timeout: fetchMs,
    });
    for (const file of await readdir(unfinished)) {
      if (!file.endsWith('.tar.gz')) continue;
      await run('tar', ['-xzf', join(unfinished, file), '-C', unfinished]);
      await rm(join(unfinished, file));
    }
  } catch (cause) {
    throw new BalancinError('MISSING_DEPENDENCY', whyNot(cause), { cause });
  }
  await rename(unfinished, folder);
}

function whyNot(cause: unknown): string {
  const { code, stdout } = cause as { code?: unknown; stdout?: string };
  if (code === 'ENOENT') return 'Maven (mvn) is needed and is not installed: apt-get install maven';
  const line = /\[ERROR\] (.*)/.exec(stdout ?? '')?.[1] ?? String(cause);
  return `Maven cannot get the Java servers: ${line.slice(0, 300)}`;
}

/** A lock file with the holder's process id: one left by a killed process is taken over. */
async function withLock(file: string, action: () => Promise<void>): Promise<void> {
  const deadlineMs = performance.now() + fetchMs;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || performance.now() > deadlineMs) throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    else await sleep(200);
  }
  try {
    await action();
  } finally {
    await rm(file, { force: true });
  }
}
