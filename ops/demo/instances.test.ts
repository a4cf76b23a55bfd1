import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { instancesMax, listDemoFiles } from './instances.js';

function folderOf(t: ExecutionContext, files: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'balancin-instances-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), '');
  }
  return dir;
}

test('recordings of one well on one day, in one folder or several, get names of their own', (t) => {
  const dir = folderOf(t, [
    '0/WELL-00001_20170201010114.csv',
    '0/WELL-00001_20170201060114.csv',
    '0/WELL-00001_20180201060114.csv',
    '4/WELL-00001_20170201010114.csv.gz',
    '6/SIMULATED_00117.csv',
  ]);
  t.deepEqual(
    listDemoFiles(dir).files.map(({ name }) => name),
    [
      'WELL-00001-0201',
      'WELL-00001-0201-060114',
      'WELL-00001-0201-060114-2',
      'WELL-00001-0201-010114',
      'SIMULATED-00117',
    ],
  );
});

test('a folder of more recordings than are held in memory plays the most it may, a class with few wholly', (t) => {
  const many = Array.from({ length: instancesMax }, (_, n) => `0/WELL-00001_2017010101${1000 + n}.csv`);
  const few = ['2/SIMULATED_00001.csv', '3/WELL-00014_20171028080000.csv'];
  const { files, found } = listDemoFiles(folderOf(t, [...many, ...few]));
  t.is(found, instancesMax + 2);
  t.is(files.length, instancesMax);
  t.deepEqual(
    files.filter((file) => file.class > 0).map((file) => file.class),
    [2, 3],
  );
});
