/** Laws of reading 3W: columns by name, blanks as missing, units converted; frames and minutes hold the same samples. */
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { listThreeWFiles } from './listThreeWFiles.js';
import { parseThreeW, readThreeWFile } from './readThreeWFile.js';
import { replayMinutes } from './replayMinutes.js';
import { threeWFrames } from './threeWFrames.js';

const text = [
  'class,QGL,timestamp,comment,P-TPT,T-TPT',
  '0,1.5,2017-02-01 17:03:58.000000,x,1.0e+07,50',
  ',,2017-02-01 17:03:59.000000,,1.1e+07,',
  '104,,2017-02-01 17:04:00.000000,,1.2e+07,52',
  '4,,2017-02-01 17:04:01.500000,,,',
  '',
].join('\n');
const instance = parseThreeW('dir/4/WELL-00009_20170201170358.csv', text);
const well: WellRef = {
  tenant: { tenantId: 1, slug: 'a', schema: 't_a', retentionDays: null, machineLearning: true },
  wellId: 7,
  siteId: 1,
  site: 's',
  well: 'w',
};

test('columns go by name in any order, others are ignored, units become SI', (t) => {
  t.is(instance.rows, 4);
  t.is(instance.well, 'WELL-00009');
  t.deepEqual(
    instance.columns.map((c) => [c.tag, [...c.values]]),
    [
      ['gl.qgi', [129_600, Number.NaN, Number.NaN, Number.NaN]],
      ['well.tpt.p', [10_000, 11_000, 12_000, Number.NaN]],
      ['well.tpt.t', [50, Number.NaN, 52, Number.NaN]],
    ],
  );
  t.deepEqual([...instance.classes], [0, -1, 104, 4]);
  t.is(instance.timesMs[3], Date.UTC(2017, 1, 1, 17, 4, 1) + 500);
});

test('a byte order mark, times with an offset and classes of pandas are read', (t) => {
  const odd = '\u00EF\u00BB\u00BF"timestamp",P-TPT,class\n2017-02-01T17:03:58+01:00,1,NaN\n';
  const read = parseThreeW('WELL-1_1.csv', odd);
  t.deepEqual([...read.timesMs], [Date.UTC(2017, 1, 1, 16, 3, 58)]);
  t.deepEqual([...read.classes], [-1]);
});

for (const [what, bad] of [
  ['a row that is cut short', 'timestamp,P-TPT,class\n2017-02-01 17:03:58,1\n'],
  ['a time that is none', 'timestamp,P-TPT,class\nyesterday,1,0\n'],
  ['a class that is none', 'timestamp,P-TPT,class\n2017-02-01 17:03:58,1,900\n'],
  ['a file without a timestamp column', 'time,P-TPT\n1,2\n'],
] as const)
  test(`${what} is refused with file and line`, (t) => {
    const error = t.throws(() => parseThreeW('WELL-1_1.csv', bad), { instanceOf: BalancinError });
    t.is(error?.code, 'DATA_INVALID');
    t.regex(error?.message ?? '', /WELL-1_1.csv, line [12]/);
  });

test('a gzip file reads like its text, and folders are listed by class and name', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'threew-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const { mkdir } = await import('node:fs/promises');
  await mkdir(path.join(dir, '4'));
  await writeFile(path.join(dir, '4', 'WELL-00009_2.csv.gz'), gzipSync(text));
  await writeFile(path.join(dir, '4', 'SIMULATED_1.csv'), text);
  await writeFile(path.join(dir, '4', 'README'), '');
  const files = listThreeWFiles(dir);
  t.deepEqual(
    files.map((f) => [f.well, f.class, f.real]),
    [
      ['SIMULATED', 4, false],
      ['WELL-00009', 4, true],
    ],
  );
  const read = await readThreeWFile(files[1]?.path ?? '');
  t.deepEqual(read.columns, instance.columns);
  await writeFile(path.join(dir, 'broken.csv.gz'), gzipSync(text).subarray(0, 40));
  const error = await t.throwsAsync(readThreeWFile(path.join(dir, 'broken.csv.gz')));
  t.is((error as BalancinError).code, 'DATA_INVALID');
});

test('a folder without instances is refused with what it should hold', (t) => {
  const error = t.throws(() => listThreeWFiles('/nowhere'), { instanceOf: BalancinError });
  t.is(error?.code, 'NOT_FOUND');
});

test('minutes hold every sample once, in the minute it belongs to', (t) => {
  const rows: unknown[] = [];
  replayMinutes(instance, { well, lane: 'live', tagId: (tag) => tag.length }, (batch, startMs, lastRow) => {
    for (let i = 0; i < batch.length; i++)
      rows.push([
        startMs % 3_600_000,
        lastRow,
        batch.tagIds[i],
        batch.goods[i],
        batch.sums[i],
        batch.firstMs[i],
        batch.lastMs[i],
      ]);
  });
  t.deepEqual(rows, [
    [180_000, 1, 6, 1, 129_600, 58_000, 58_000],
    [180_000, 1, 10, 2, 21_000, 58_000, 59_000],
    [180_000, 1, 10, 1, 50, 58_000, 58_000],
    [240_000, 3, 10, 1, 12_000, 0, 0],
    [240_000, 3, 10, 1, 52, 0, 0],
  ]);
});

test('frames carry every sample once with a contiguous seq, moved by the shift', (t) => {
  const frames = [
    ...threeWFrames(instance, {
      tenant: 'a',
      site: 's',
      well: 'w',
      stream: 'main',
      epoch: 3,
      firstSeq: 10,
      frameMs: 2000,
      shiftMs: 1000,
      historical: false,
    }),
  ];
  t.deepEqual(
    frames.map((f) => f.seq),
    [10, 11],
  );
  t.is(frames[0]?.t0, Date.UTC(2017, 1, 1, 17, 3, 59));
  t.is(
    frames.flatMap((f) => f.series).reduce((n, s) => n + s.value.length, 0),
    6,
  );
  t.deepEqual([...(frames[0]?.series[1]?.dtMs ?? [])], [0, 1000]);
});
