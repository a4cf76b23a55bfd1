/** Finds an installed Java that is new enough. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BalancinError } from '#schemas/errors.js';

const run = promisify(execFile);

export interface Jdk {
  readonly home: string;
  readonly java: string;
  readonly major: number;
}

/**
 * JAVA_HOME where it is new enough; else of the installed ones the oldest that is, which is nearest to what the
 * servers are tested with. Throws MISSING_DEPENDENCY, naming what was found.
 */
export async function findJdk(majorMin: number): Promise<Jdk> {
  const found: Jdk[] = [];
  for (const home of await candidateHomes()) {
    const jdk = await readJdk(home);
    if (jdk === null) continue;
    if (home === process.env['JAVA_HOME'] && jdk.major >= majorMin) return jdk;
    found.push(jdk);
  }
  const fitting = found.filter(({ major }) => major >= majorMin).sort((a, b) => a.major - b.major)[0];
  if (fitting !== undefined) return fitting;
  const versions = [...new Set(found.map(({ major }) => major))];
  const seen = versions.length === 0 ? 'no Java' : `only Java ${versions.join(', ')}`;
  throw new BalancinError(
    'MISSING_DEPENDENCY',
    `Java ${majorMin} or newer is needed, ${seen} was found: install a JDK or set JAVA_HOME`,
    { context: { majorMin, versions } },
  );
}

/** `17.0.15` → 17, `1.8.0_392` → 8; null for anything else. */
export function majorOf(version: string): number | null {
  const [, first, second] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (first === undefined) return null;
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}

async function candidateHomes(): Promise<Set<string>> {
  const homes = new Set<string>();
  const given = process.env['JAVA_HOME'];
  if (given) homes.add(given);
  const folders: [string, string][] = [
    ['/usr/lib/jvm', ''],
    ['/Library/Java/JavaVirtualMachines', 'Contents/Home'],
    ['/opt/homebrew/opt', 'libexec/openjdk.jdk/Contents/Home'],
    ['/usr/local/opt', 'libexec/openjdk.jdk/Contents/Home'],
    [join(homedir(), '.sdkman/candidates/java'), ''],
  ];
  for (const [folder, below] of folders) {
    for (const name of await readdir(folder).catch(() => [])) homes.add(join(folder, name, below));
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const java = await realpath(join(folder, 'java')).catch(() => null);
    if (java !== null) homes.add(dirname(dirname(java)));
  }
  return homes;
}

async function readJdk(home: string): Promise<Jdk | null> {
  const java = join(home, 'bin', 'java');
  if (!existsSync(java)) return null;
  const release = await readFile(join(home, 'release'), 'utf8').catch(() => '');
  const text = release.includes('JAVA_VERSION=')
    ? release
    : await run(java, ['-XshowSettings:properties', '-version']).then(
        ({ stderr }) => stderr,
        () => '',
      );
  const major = majorOf(/(?:JAVA_VERSION="|java\.version = )([^"\s]+)/.exec(text)?.[1] ?? '');
  return major === null ? null : { home, java, major };
}
