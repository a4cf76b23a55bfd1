import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findJdk, majorOf } from './jdk.js';

const versions: [string, number | null][] = [
  ['17.0.15', 17],
  ['25', 25],
  ['21-ea', 21],
  ['1.8.0_392', 8],
  ['', null],
  ['unknown', null],
];
for (const [version, major] of versions) {
  test(`a Java that calls itself '${version}' is of major version ${major}`, (t) => {
    t.is(majorOf(version), major);
  });
}

test.serial('JAVA_HOME is taken where it is new enough', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'balancin-jdk-'));
  const before = process.env['JAVA_HOME'];
  t.teardown(async () => {
    if (before === undefined) delete process.env['JAVA_HOME'];
    else process.env['JAVA_HOME'] = before;
    await rm(home, { recursive: true, force: true });
  });
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'bin', 'java'), '#!/bin/sh\n');
  await chmod(join(home, 'bin', 'java'), 0o755);
  await writeFile(join(home, 'release'), 'IMPLEMENTOR="x"\nJAVA_VERSION="900.0.1"\n');
  process.env['JAVA_HOME'] = home;
  t.like(await findJdk(800), { home, major: 900 });
});

test.serial('what is missing is named, with what was found instead', async (t) => {
  await t.throwsAsync(findJdk(1_000), {
    code: 'MISSING_DEPENDENCY',
    message:
      /^Java 1000 or newer is needed, (no Java|only Java [\d, ]+) was found: install a JDK or set JAVA_HOME$/,
  });
});
