/** What `doctor` is told about the native binding, on folders made for each state. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bindingFile, nativeFolder, nativePackageFolder } from './nativeFolder.js';
import { nativeState } from './nativeState.js';

async function emptyFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-native-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function putBinding(packageFolder: string): Promise<void> {
  const file = bindingFile(packageFolder);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
}

test('a package that was left out is absent, with what to do', async (t) => {
  const state = nativeState(await emptyFolder(t), null);
  t.is(state.state, 'absent');
  t.regex(state.state === 'built' ? '' : state.remedy, /npm run native/);
});

test('a package without its binding is unbuilt', async (t) => {
  const folder = await emptyFolder(t);
  const state = nativeState(join(folder, 'native'), { folder, version: '4.22.0' });
  t.like(state, { state: 'unbuilt', version: '4.22.0' });
});

test('a binding under the native folder is found there, before one in node_modules', async (t) => {
  const folder = await emptyFolder(t);
  const installed = { folder: join(folder, 'installed'), version: '4.22.0' };
  await putBinding(installed.folder);
  t.like(nativeState(join(folder, 'native'), installed), { state: 'built', packageFolder: installed.folder });
  const built = nativePackageFolder(nativeFolder('4.22.0', join(folder, 'native')));
  await putBinding(built);
  t.like(nativeState(join(folder, 'native'), installed), { state: 'built', packageFolder: built });
});

test('a binding built for another version of the package does not count', async (t) => {
  const folder = await emptyFolder(t);
  const root = join(folder, 'native');
  await putBinding(nativePackageFolder(nativeFolder('4.21.0', root)));
  t.is(nativeState(root, { folder, version: '4.22.0' }).state, 'unbuilt');
});
