/** The runner on test files that go wrong in every way a test file can. */
import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { Failure } from './readTap.js';
import { runAva } from './runAva.js';

type Fixture =
  | 'passing'
  | 'failing'
  | 'crashing'
  | 'empty'
  | 'stranger'
  | 'rejecting'
  | 'hanging'
  | 'leaving'
  | 'skipping';

/** A project of its own, so that ava's run of this project never finds the fixtures. */
async function runFixtures(t: ExecutionContext, ...fixtures: Fixture[]) {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-ci-'));
  t.teardown(() => rm(folder, { recursive: true }));
  // Inactivity, so a busy machine must never reach it; only the file that hangs waits for it.
  const timeout = fixtures.includes('hanging') ? '5s' : '60s';
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(folder, 'ava.config.js'),
    `export default { files: ['*.js', '!ava.config.js'], workerThreads: false, timeout: '${timeout}' };`,
  );
  await symlink(
    fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    join(folder, 'node_modules'),
  );
  for (const name of fixtures) {
    const source = fileURLToPath(import.meta.resolve(`#ops/ci/fixtures/${name}.fixture`));
    await copyFile(source, join(folder, `${name}.js`));
  }
  const seen: Failure[] = [];
  const report = await runAva({ folder, onFailure: (failure) => seen.push(failure) });
  t.deepEqual(seen, report.failures, 'each failure is reported as it happens');
  t.is(report.failed, report.failures.length);
  t.is(report.skipped, report.skips.length);
  return report;
}

test.serial('tests that pass are counted, failures are shown in full beside them', async (t) => {
  const { passed, failed, skipped, failures } = await runFixtures(t, 'passing', 'failing');
  t.deepEqual({ passed, failed, skipped }, { passed: 3, failed: 2, skipped: 0 });
  const details = failures.map((failure) => failure.details).join('\n');
  t.regex(details, /wells: 3/);
  t.regex(details, /wells: 4/);
  t.regex(details, /RangeError/);
  t.regex(details, /the pump is upside down/);
  t.regex(details, /failing\.js:4/, 'the line of the assertion');
  t.regex(details, /failing\.js:6/, 'the line that threw');
});

const broken: [Fixture, RegExp, number][] = [
  ['crashing', /crashed on import/, 0],
  ['empty', /No tests found in empty\.js/, 0],
  ['stranger', /No tests found in stranger\.js/, 0],
  ['rejecting', /nobody waits for me/, 1],
  ['hanging', /waits for ever[^]*no new tests completed/, 1],
  ['leaving', /process\.exit\(\) when running leaving\.js/, 1],
];

for (const [fixture, said, passedOfIt] of broken) {
  test.serial(`a file that is ${fixture} counts as failed, and the others still count`, async (t) => {
    const { passed, failed, failures } = await runFixtures(t, 'passing', fixture);
    t.is(passed, 2 + passedOfIt);
    t.true(failed > 0);
    t.regex(failures.map(({ title, details }) => `${title}\n${details}`).join('\n'), said);
  });
}

test.serial(
  'a skip counts as skipped only with its reason; a test yet to be written counts as failed',
  async (t) => {
    const { passed, failed, skips, failures } = await runFixtures(t, 'skipping');
    t.is(passed, 1);
    t.deepEqual(skips, [{ title: 'pumps oil', reason: 'no pump (Debian: apt-get install pump)' }]);
    t.is(failed, 2);
    t.deepEqual(
      failures.map(({ title }) => title),
      ['is just skipped', 'is yet to be written'],
    );
  },
);

test.serial('a run without a test file is a failure', async (t) => {
  const { passed, failed, failures } = await runFixtures(t);
  t.deepEqual({ passed, failed }, { passed: 0, failed: 1 });
  t.regex(failures[0]?.details ?? '', /no test ran/);
});
