/** Keeps a bench's result, with the machine, versions and commit it came from, in the checkout. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Compiled, this file is dist/ops/bench/recordResult.js. */
const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

export function machine(): { node: string; cpu: string; cores: number; memoryGb: number } {
  const processors = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return {
    node: process.version,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb,
  };
}

/** Writes `ops/bench/results/<name>.json`; gives its path. */
export async function recordResult(name: string, result: object): Promise<string> {
  const dir = join(projectRoot, 'ops/bench/results');
  await mkdir(dir, { recursive: true });
  const file = join(dir, `${name}.json`);
  const record = {
    bench: name,
    date: new Date().toISOString(),
    commit: await commit(),
    ...machine(),
    ...result,
  };
  await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}

/** Of the checkout, with a plus where it was changed since; null outside of one. */
async function commit(): Promise<string | null> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', args, { cwd: projectRoot });
    return stdout.trim();
  };
  try {
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return (await git('rev-parse', '--short=12', 'HEAD')) + (changed === '' ? '' : '+');
  } catch {
    return null;
  }
}
