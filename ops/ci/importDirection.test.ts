/** The linter's rule of which folder may import which, held against every pair of folders. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const run = promisify(execFile);
const project = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Each may import itself and those to its left. */
const chain = ['schemas', 'pipelines', 'models', 'topologies', 'jobs', 'ops'];

const importers = { code: 'from.ts', test: 'from.test.ts', bench: 'from.bench.ts' };

/** Ways to write one import, from a file that stands directly in its folder. */
const spellings = (to: string): string[] => [
  `import { x } from '#${to}/some/x.js'; export { x };`,
  `import type { X } from '../${to}/some/x.js'; export type { X };`,
  `export const x = () => import('#${to}/x.js');`,
];

/** The files among `sources` (path → text) that the project's rules refuse for an import. */
async function refused(t: ExecutionContext, sources: ReadonlyMap<string, string>): Promise<Set<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-lint-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await copyFile(project('.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [path, text] of sources) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const args = [project('node_modules/oxlint/bin/oxlint'), '--format', 'json', ...sources.keys()];
  const options = { cwd: folder, maxBuffer: 16 * 1024 * 1024 };
  // Its exit code is 1 where anything is refused.
  const { stdout } = await run(process.execPath, args, options).catch((error: { stdout?: string }) => {
    if (error.stdout === undefined) throw error;
    return { stdout: error.stdout };
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  return new Set(
    diagnostics.filter(({ code }) => code.includes('no-restricted-imports')).map(({ filename }) => filename),
  );
}

test('each folder may import those above it in the chain and nothing below, however it is written', async (t) => {
  const sources = new Map<string, string>();
  const wrong = new Set<string>();
  for (const [rank, from] of chain.entries()) {
    for (const file of Object.values(importers)) {
      for (const [other, to] of chain.entries()) {
        for (const [n, text] of spellings(to).entries()) {
          const path = `${from}/${to}${n}.${file}`;
          sources.set(path, text);
          if (other > rank) wrong.add(path);
        }
      }
    }
  }
  t.deepEqual([...(await refused(t, sources))].sort(), [...wrong].sort());
});

test('tests and benches may reach servers and bench parts of ops, their code may not', async (t) => {
  const sources = new Map<string, string>();
  const wrong: string[] = [];
  for (const from of chain.slice(0, -1)) {
    for (const [kind, file] of Object.entries(importers)) {
      for (const part of ['servers', 'bench', 'cli']) {
        const path = `${from}/${part}.${file}`;
        sources.set(path, `import { x } from '#ops/${part}/x.js'; export { x };`);
        if (kind === 'code' || part === 'cli') wrong.push(path);
      }
    }
  }
  t.deepEqual([...(await refused(t, sources))].sort(), wrong.sort());
});
