/** The project as a package: complete, without what only its makers need, and at work in an empty folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const run = promisify(execFile);
const projectFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** What `npm test` tells its children about this project must not reach an npm that works in another folder. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|init_cwd$)/i.test(name)),
);

async function emptyFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-pack-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

async function pack(folder: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: projectFolder, env, maxBuffer: 16 * 1024 * 1024 });
  const [packed] = JSON.parse(stdout) as Packed[];
  if (packed === undefined) throw new Error(`npm pack said ${stdout}`);
  return packed;
}

/** Files of the source tree by what they are; benches' results, tests and this runner stay at home. */
async function sourceFiles(): Promise<{ code: string[]; assets: string[] }> {
  const code: string[] = [];
  const assets: string[] = [];
  for (const top of ['schemas', 'pipelines', 'models', 'topologies', 'jobs', 'ops']) {
    const entries = await readdir(join(projectFolder, top), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const path = join(entry.parentPath, entry.name).slice(projectFolder.length);
      if (/^ops\/(ci|bench\/results)\/|^ops\/servers\/test|\.(test|bench|fixture)\b/.test(path)) continue;
      if (path.endsWith('.ts')) code.push(path);
      else assets.push(path);
    }
  }
  return { code, assets };
}

test('the package holds every compiled file and every asset, and neither tests nor sources', async (t) => {
  const folder = await emptyFolder(t);
  const { files } = await pack(folder);
  const packed = new Set(files.map(({ path }) => path));
  const { code, assets } = await sourceFiles();
  t.true(code.length > 100 && assets.length > 10, 'the source tree was found');
  const compiled = code.flatMap((path) => [
    `dist/${path.replace(/\.ts$/, '.js')}`,
    `dist/${path.replace(/\.ts$/, '.d.ts')}`,
  ]);
  t.deepEqual(
    [...compiled, ...assets, 'LICENSE', 'package.json'].filter((path) => !packed.has(path)),
    [],
    'missing in the package',
  );
  const unwanted =
    /\.(test|bench|fixture)\b|(?<!\.d)\.ts$|\.map$|tsbuildinfo|^(dist\/)?ops\/ci\/|^node_modules|^\./;
  t.deepEqual(
    [...packed].filter((path) => unwanted.test(path)),
    [],
    'too much in the package',
  );
  const launcher = files.find(({ path }) => path === 'ops/cli/balancin.js');
  t.is((launcher?.mode ?? 0) & 0o111, 0o111, 'the launcher can be executed');
});

test('installed in an empty folder, balancin doctor works', async (t) => {
  t.timeout(300_000, 'npm installs four hundred packages');
  const folder = await emptyFolder(t);
  const { filename } = await pack(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  // Without install scripts, as in this project: tfjs-node's would download.
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags, join(folder, filename)], { cwd: folder, env });
  const { stdout } = await run(join(folder, 'node_modules/.bin/balancin'), ['doctor'], { cwd: folder, env });
  t.regex(stdout, new RegExp(process.versions.node.replaceAll('.', '\\.')));
});
