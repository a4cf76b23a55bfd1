/** Fetches libtensorflow with its headers out of the Python package `tensorflow-cpu`: packages alone, no other download. */
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { run } from './run.js';

/** tfjs-node 4.22 is written against TensorFlow 2.9 and compiles up to 2.15; 2.15.1 is the last wheel with the C headers it includes. */
const wheel = 'tensorflow-cpu==2.15.1';

/** Python's own version must not matter: only the C++ library inside is used. */
const pipDownload = (
  '-m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: ' +
  '--implementation cp --python-version 3.11 --platform manylinux_2_17_x86_64'
).split(' ');

/** `include` and `lib` of the wheel, by Python's own zipfile: the wheel is a zip of 200 MB, twelve thousand entries. */
const unpackPython = `
import pathlib, shutil, sys, zipfile
archive, deps = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
for name in archive.namelist():
    if name in libraries:
        target = deps / 'lib' / name.removeprefix('tensorflow/')
    elif name.startswith('tensorflow/include/') and name.endswith('.h'):
        target = deps / 'include' / name.removeprefix('tensorflow/include/')
    else:
        continue
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, open(target, 'wb') as out:
        shutil.copyfileobj(source, out, 1 << 20)
`;

/** Fills `<packageFolder>/deps` as tfjs-node's binding.gyp expects it. */
export async function fetchTensorflow(packageFolder: string, python: string): Promise<void> {
  const deps = join(packageFolder, 'deps');
  const download = join(deps, 'wheel');
  await mkdir(download, { recursive: true });
  await run({
    command: python,
    args: [...pipDownload, '--dest', download, wheel],
    remedy: `install pip (Debian: apt-get install python3-pip) and see that it reaches its package index for ${wheel}.`,
  });
  const file = (await readdir(download)).find((name) => name.endsWith('.whl'));
  if (file === undefined)
    throw new BalancinError('MISSING_DEPENDENCY', `pip downloaded no wheel for ${wheel}.`);
  await run({
    command: python,
    args: ['-c', unpackPython, join(download, file), deps],
    remedy: `the wheel ${wheel} could not be unpacked: is there 1.5 GB of free disk?`,
  });
  await rm(download, { recursive: true });
  await symlink('libtensorflow_cc.so.2', join(deps, 'lib/libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(deps, 'lib/libtensorflow_framework.so'));
}
