/** What the native build says where a tool is missing, and what it leaves behind; `.ci/run` makes the real one. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  bindingFile,
  installedTfjsNode,
  nativeFolder,
  nativePackageFolder,
} from '#models/serving/nativeFolder.js';
import { buildBinding } from './buildBinding.js';
import { run } from './run.js';

/** Stands for any program that is there: it answers --version. */
const present = process.execPath;

async function emptyFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-build-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

const tools: [string, { python: string; compiler: string }, RegExp][] = [
  [
    'Python',
    { python: 'no-such-python', compiler: present },
    /^no-such-python is not on this machine: .*python3-pip/,
  ],
  // Node takes `-m` for no option of its own: it answers as a Python without pip does, with a failure.
  ['pip', { python: present, compiler: present }, /-m ended with exit code \d+: install pip/],
];

for (const [tool, commands, said] of tools) {
  const linux = process.platform === 'linux' && process.arch === 'x64';
  test(`without ${tool} the build names it and leaves nothing behind`, async (t) => {
    const nativeRoot = await emptyFolder(t);
    const error = await t.throwsAsync(buildBinding({ say: t.log, ...commands, nativeRoot }));
    t.like(error, { code: 'MISSING_DEPENDENCY' });
    t.regex(error.message, linux ? said : /The native build is made for linux x64/);
    t.deepEqual(await readdir(nativeRoot), []);
  });
}

test('a binding that is there is not built again', async (t) => {
  const nativeRoot = await emptyFolder(t);
  const installed = installedTfjsNode();
  if (installed === null) throw new Error('npm installs tfjs-node unless it is told to leave it out');
  const folder = nativeFolder(installed.version, nativeRoot);
  const file = bindingFile(nativePackageFolder(folder));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  const report = await buildBinding({ say: t.fail, python: 'none', compiler: 'none', nativeRoot });
  t.deepEqual(report, { folder, built: false });
});

test('a program that fails or is killed is one line with its remedy', async (t) => {
  const program = { command: process.execPath, quiet: true, remedy: 'try again' };
  await t.notThrowsAsync(run({ ...program, args: ['-e', ''] }));
  const failing = run({ ...program, args: ['-e', 'process.exit(7)'] });
  await t.throwsAsync(failing, { message: /-e ended with exit code 7: try again$/ });
  const killed = run({ ...program, args: ['-e', 'process.kill(process.pid, "SIGKILL")'] });
  await t.throwsAsync(killed, { message: /-e ended with SIGKILL: try again$/ });
});
