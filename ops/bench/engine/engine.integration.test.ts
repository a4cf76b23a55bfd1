/** Laws of the engine's bench: small, on real servers, it stores what was sent, and notices where it does not. */
import test from 'ava';
import type { BenchResult } from '../bench.js';
import { kafkaMissing } from '#ops/servers/kafka.js';
import { needs } from '#ops/servers/needs.js';
import { bench } from './engine.bench.js';
import type { FleetShape } from './fleet.js';
import { cpuSecondsOf, peakRssBytesOf } from './processTimes.js';
import { WindowTable } from './windowTable.js';

const kafkaTest = needs(test.serial, await kafkaMissing());
const quiet = { reference: 'none', profileDir: null, progress: () => {} };

async function smoke(part: string): Promise<BenchResult> {
  for await (const result of bench.run('smoke', { ...quiet, parts: [part] })) return result;
  throw new Error('the bench gave no result');
}

kafkaTest('every sample of dirty frames is stored once, on one thread and on two', async (t) => {
  const { cases, headline, inputs } = await smoke('dirty');
  const workers = cases.filter(({ name }) => name.startsWith('workers'));
  t.deepEqual(
    workers.map(({ name }) => name),
    ['workers 1 × 1', 'workers 1 × 2'],
  );
  for (const { rate, figures } of workers) t.true(rate > 0 && (figures['rowsStored'] ?? 0) > 0);
  t.true(Number(inputs['framesTwice']) > 0);
  t.true((headline?.['stateBytesPerTag'] ?? 0) > 0);
  t.is(headline?.['ratioTuned'], null);
  t.is(headline?.['ratioClean'], null, 'no clean frames were measured in this run');
});

test('a part that there is not is wrong use', async (t) => {
  await t.throwsAsync(smoke('7'), {
    code: 'USAGE',
    message: /choose of growth, detectors, 1, 10, 600, dirty/u,
  });
});

const shape: FleetShape = { wells: 2, tags: 2, samples: 60, rounds: 2, dirty: false };
const firstMs = 1_760_000_000_000;

test('one sample more, one good one less, or another value in one window is a difference', (t) => {
  const changes: ((table: WindowTable, at: number) => void)[] = [
    (table, at) => table.samples[at]!++,
    (table, at) => table.good[at]!--,
    (table, at) => (table.sum[at]! += 0.001),
    (table, at) => (table.sumSquares[at]! += 0.001),
    (table, at) => (table.min[at] = 1),
    (table, at) => (table.max[at] = 3),
  ];
  for (const change of changes) {
    const [sent, stored] = [filled(), filled()];
    t.deepEqual(sent.differences(stored), []);
    change(stored, stored.placeOf(1, 1, firstMs));
    t.is(sent.differences(stored).length, 1);
    t.regex(sent.differences(stored)[0] ?? '', /^well 1 tag 1 minute 0/u);
  }
});

test('a window of an unknown well, tag or time has no place', (t) => {
  const table = new WindowTable(shape);
  for (const [well, tag, timeMs] of [
    [2, 0, firstMs],
    [0, 2, firstMs],
    [0, 0, firstMs - 60_000],
    [0, 0, firstMs + 5 * 60_000],
  ] as const) {
    t.throws(() => table.placeOf(well, tag, timeMs), { code: 'DATA_INVALID' });
  }
});

test('a process that works uses CPU time and memory, one that is gone none', async (t) => {
  for (const startMs = performance.now(); performance.now() - startMs < 50; );
  t.true((await cpuSecondsOf(process.pid)) > 0.04);
  t.true((await peakRssBytesOf(process.pid)) > 10_000_000);
  t.is(await cpuSecondsOf(2 ** 22 + 1), 0);
  t.is(await peakRssBytesOf(2 ** 22 + 1), 0);
});

function filled(): WindowTable {
  const table = new WindowTable(shape);
  for (const well of [0, 1])
    for (const tag of [0, 1]) {
      const at = table.placeOf(well, tag, firstMs);
      table.samples[at] = 3;
      table.good[at] = 2;
      table.sum[at] = 4;
      table.sumSquares[at] = 8;
      table.min[at] = 2;
      table.max[at] = 2;
    }
  return table;
}
