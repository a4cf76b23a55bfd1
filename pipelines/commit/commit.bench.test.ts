import test from 'ava';
import { bench } from './commit.bench.js';

test('the bench of commits stores every row it encodes, and its results are the ones known', async (t) => {
  const { inputs, cases } = await bench.run('smoke');
  const rowsStored = (name: string) => cases.find((c) => c.name === name)?.figures['rowsStored'];
  t.is(rowsStored('copy'), inputs.rows);
  t.is(rowsStored('commit'), inputs.commits * inputs.commitRows);
  t.deepEqual(
    cases.map((c) => [c.name, c.hash.slice(0, 12)]),
    [
      ['encode', '9585f4c49994'],
      ['copy', '9585f4c49994'],
      ['commit', '284b7e6d788f'],
    ],
  );
  for (const { name, rate } of cases) t.true(rate > 0, name);
});
