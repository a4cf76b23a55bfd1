import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { findTestServer } from '#ops/servers/testServer.js';
import { describeFailure } from '../live/roundReport.js';
import { openWire } from './wireLayer.js';
import { runWireRound } from './wireRound.js';
import { planAtOnce, type WireFault } from './wireFaults.js';

const kafkaTest = needs(test, await testKafkaMissing());

/** One of each family; the long run has them all. */
const kinds: readonly WireFault[] = [
  'commit-lost',
  'commit-answer-lost',
  'commit-zombie',
  'copy-half',
  'claim-answer-lost',
  'fetch-cut',
  'produce-answer-lost',
];

kafkaTest('whatever message is lost on the wire, nothing is lost and nothing is stored twice', async (t) => {
  const { brokers } = await testKafka(t);
  const url = await findTestServer();
  const runFolder = await mkdtemp(join(tmpdir(), 'balancin-wire-'));
  const database = { url, port: Number(new URL(url).port) };
  const wire = await openWire({ brokers, database, crashDatabase: null });
  try {
    const report = await runWireRound(wire.servers, {
      seed: 7,
      runFolder,
      trafficMs: 2_000,
      patienceMs: 30_000,
      plan: planAtOnce(kinds),
    });
    for (const line of report.failures.length > 0 ? describeFailure(report) : []) t.log(line);
    t.deepEqual(report.failures, []);
    t.true(report.records > 300);
    for (const kind of kinds) t.true((report.counts.get(kind) ?? 0) > 0, `${kind} was struck`);
    t.true((report.counts.get('zombie commit: fenced') ?? 0) > 0);
    await rm(runFolder, { recursive: true });
  } finally {
    await wire.close();
  }
});
