/** Laws of the benches: each runs small and computes what it should. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import type { BenchCase } from './bench.js';
import { findBenches, loadBench } from './findBenches.js';
import { Floor } from './floor.js';
import { frameShapes, prepareFrames } from './preparedFrames.js';
import { runBenches } from './runBenches.js';

interface JsonLine {
  readonly bench: string;
  readonly cases: readonly BenchCase[];
}

async function smoke(name: string): Promise<JsonLine> {
  const lines: string[] = [];
  await runBenches({ names: [name], size: 'smoke', json: true, print: (line) => lines.push(line) });
  return JSON.parse(lines[0]!) as JsonLine;
}

test('every bench is found by its file’s name and says what it is', async (t) => {
  const names = [...(await findBenches()).keys()];
  t.true(names.includes('decode') && names.includes('window'));
  for (const name of names) t.true((await loadBench(name)).about.endsWith('.'));
});

test('every bench without servers runs small, to the same result each time', async (t) => {
  for (const name of (await findBenches()).keys()) {
    if ((await loadBench(name)).startsServers) continue;
    const [first, second] = [await smoke(name), await smoke(name)];
    t.true(first.cases.length > 0);
    for (const each of first.cases)
      t.true(each.rate > 0 && Number.isFinite(each.rate), `${name} ${each.name}`);
    const hashes = (line: JsonLine) => line.cases.map((each) => `${each.name} ${each.hash}`);
    t.deepEqual(hashes(first), hashes(second));
  }
});

test('a table names each case with its rate, its ratio to the floor and its hash', async (t) => {
  const lines: string[] = [];
  await runBenches({ names: ['decode'], size: 'smoke', json: false, print: (line) => lines.push(line) });
  const line = lines.find((each) => each.includes('10x60 avsc'));
  t.regex(line ?? '', / samples\/s .* × floor .*[0-9a-f]{12}$/u);
});

test('an unknown bench is wrong use and names those there are', async (t) => {
  const run = runBenches({ names: ['decode', 'nothing'], size: 'smoke', json: true, print: () => t.fail() });
  const error = await t.throwsAsync(run, { instanceOf: BalancinError });
  t.is(error.code, 'USAGE');
  t.true(error.message.includes('decode, '));
});

test('the floor sums what was prepared', (t) => {
  for (const shape of frameShapes) {
    const prepared = prepareFrames(shape, { wells: 5, rounds: 30 });
    const floor = new Floor();
    floor.run(prepared);
    t.is(floor.samples, prepared.samples);
    t.is(floor.total(), prepared.sum);
  }
});
