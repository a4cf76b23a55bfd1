import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { findTestServer } from '#ops/servers/testServer.js';
import { describeFailure } from '../live/roundReport.js';
import { openDatabaseWire } from './databaseWire.js';
import type { PlannedFault } from './realFaults.js';
import { runRealRound } from './realRound.js';
import { startRegistryGate } from './registryGate.js';

const kafkaTest = needs(test, await testKafkaMissing());

/** What one shared broker and a shared database can bear; the long run crashes those too. */
const plan: readonly PlannedFault[] = [
  { kind: 'worker-killed', atMs: 200, choice: 0 },
  { kind: 'transaction-aborted', atMs: 300, choice: 0 },
  { kind: 'registry-away', atMs: 600, choice: 0 },
  { kind: 'worker-stopped', atMs: 900, choice: 0.9 },
];

const never = (): Promise<void> => Promise.reject(new Error('the server is shared with other tests'));

kafkaTest('workers killed, stopped and woken lose nothing and store nothing twice', async (t) => {
  const { brokers, registryUrl } = await testKafka(t);
  const url = await findTestServer();
  const runFolder = await mkdtemp(join(tmpdir(), 'balancin-real-'));
  const gate = await startRegistryGate(registryUrl);
  const port = Number(new URL(url).port);
  const wire = await openDatabaseWire(() => port);
  try {
    const report = await runRealRound(
      {
        kafka: { brokers, internal: brokers, pids: () => [], kill: never, restart: never, stop: never },
        database: { url, port, crash: never, revive: never, stop: never },
        wire,
        disk: null,
        registry: { url: registryUrl, gate },
      },
      { seed: 3, runFolder, trafficMs: 2_500, plan },
    );
    for (const line of report.failures.length > 0 ? describeFailure(report) : []) t.log(line);
    t.deepEqual(report.failures, []);
    t.true(report.records > 300);
    t.is(report.counts.get('transactions aborted'), 2);
    await rm(runFolder, { recursive: true });
  } finally {
    await wire.close();
    await gate.close();
  }
});
