/** The small parts of the runner at their limits. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { runCheck } from './check.js';
import { TailBuffer } from './tailBuffer.js';
import { addTallies, closingLine, exitCodeOf } from './tally.js';

test('the closing line is the sum of all parts', (t) => {
  const sum = addTallies([
    { passed: 4, failed: 0, skipped: 0 },
    { passed: 10, failed: 2, skipped: 3 },
  ]);
  t.is(closingLine(sum), '14 passed, 2 failed, 3 skipped');
});

test('one failure fails the run, and so does a run of nothing; skips do not', (t) => {
  t.is(exitCodeOf({ passed: 9, failed: 1, skipped: 0 }), 1);
  t.is(exitCodeOf({ passed: 0, failed: 0, skipped: 3 }), 1);
  t.is(exitCodeOf({ passed: 1, failed: 0, skipped: 3 }), 0);
});

test('an output at its limit is kept whole; a byte more drops the first and says so', (t) => {
  const buffer = new TailBuffer(8);
  buffer.push(Buffer.from('abcd'));
  buffer.push(Buffer.from('efgh'));
  t.is(buffer.text(), 'abcdefgh');
  buffer.push(Buffer.from('i'));
  t.is(buffer.text(), '… 1 bytes before this were dropped …\nbcdefghi');
  buffer.push(Buffer.from('0123456789abcdef'));
  t.is(buffer.text(), '… 17 bytes before this were dropped …\n89abcdef');
});

test('a check fails by its exit code, whatever it prints, and both its outputs are kept', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-check-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await writeFile(
    join(folder, 'check.cjs'),
    `console.log('to stdout'); console.error('to stderr'); process.exitCode = Number(process.argv[2]);`,
  );
  const check = { name: 'made up', script: 'check.cjs' };
  const good = await runCheck({ ...check, args: ['0'] }, folder);
  t.like(good, { name: 'made up', failed: false });
  const bad = await runCheck({ ...check, args: ['3'] }, folder);
  t.true(bad.failed);
  t.regex(bad.output, /to stdout/);
  t.regex(bad.output, /to stderr/);
  t.true((await runCheck({ ...check, script: 'missing.cjs', args: [] }, folder)).failed);
});
