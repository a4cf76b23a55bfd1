/** Laws of the benches of growth: small, on real servers, they count what was sent, the same each time. */
import test from 'ava';
import { kafkaMissing } from '#ops/servers/kafka.js';
import { needs } from '#ops/servers/needs.js';
import { bench as backlog } from './backlog.bench.js';
import { bench as embeddedLog } from './embeddedLog.bench.js';
import { bench as live } from './live.bench.js';
import { bench as scaleWells } from './scaleWells.bench.js';
import { bench as tenants } from './tenants.bench.js';

const kafkaTest = needs(test.serial, await kafkaMissing());

test.serial(
  'the same traffic of one tenant and of six leaves as many rows, in as many tables as there are tenants',
  async (t) => {
    const { cases } = await tenants.run('smoke');
    t.is(cases[0]?.hash, cases[1]?.hash);
    t.deepEqual(
      cases.map(({ figures }) => figures['tablesPerCommit']),
      [1, 6],
    );
  },
);

test.serial('the embedded log gives back every frame it took', async (t) => {
  const { cases } = await embeddedLog.run('smoke');
  t.is(new Set(cases.map(({ hash }) => hash)).size, 1);
  for (const { rate } of cases) t.true(rate > 0);
});

kafkaTest('a backlog is written frame by frame, from the log and through the bridge', async (t) => {
  const { cases } = await backlog.run('smoke');
  t.deepEqual(
    cases.map(({ figures }) => figures['frames']),
    [120, 120],
  );
});

kafkaTest('every window that a probe closes becomes visible', async (t) => {
  const { cases } = await live.run('smoke');
  for (const { figures } of cases) t.true((figures['p50Ms'] ?? 0) > 0);
});

kafkaTest(
  'a worker that is killed among many wells is followed by one that writes each frame once',
  async (t) => {
    const { headline } = await scaleWells.run('smoke');
    t.true((headline?.['killToFirstCommitMs'] ?? 0) > 0);
    t.true((headline?.['stateBytesPerTag'] ?? 0) > 0);
  },
);
