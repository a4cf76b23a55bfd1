import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { findTestServer } from '#ops/servers/testServer.js';
import { openFeed } from '../live/feedTopics.js';
import { truthOf, untilTrue } from '../live/judgeCell.js';
import { openLiveCell, partitions } from '../live/liveCell.js';
import { planTraffic } from '../live/pacedTraffic.js';
import { watchTasks } from '../live/taskWatch.js';
import { openFleet, type WorkerProcess } from './workerFleet.js';

const kafkaTest = needs(test, await testKafkaMissing());
const shareMsMax = 40_000;
/** Four tasks: taken, two given to the second process, one to the third, and three taken over from two that leave. */
const claimsMax = partitions + 2 + 1 + 3;

/** The process in the name of an owner. */
const processOf = (owner: string): string => owner.split('/').at(-3) ?? '';

/** Until it says that its topology may not run here. */
async function refused(worker: WorkerProcess): Promise<void> {
  const deadlineMs = performance.now() + shareMsMax;
  while (!(await worker.said()).includes('another topology needs another id')) {
    if (performance.now() > deadlineMs) throw new Error(`it was not refused: ${await worker.said()}`);
    await sleep(50);
  }
}

kafkaTest(
  'one, two, three and again one process share the tasks under load, the last two a version further: nothing is lost, and what stays is not claimed again',
  async (t) => {
    const { brokers } = await testKafka(t);
    const databaseUrl = await findTestServer();
    const folder = await mkdtemp(join(tmpdir(), 'balancin-pool-'));
    const cell = await openLiveCell({ brokers, databaseUrl, schemaRegistryUrl: null });
    const feed = await openFeed(brokers, cell.prefix);
    const databasePort = Number(new URL(databaseUrl).port);
    const fleet = openFleet(cell, () => ({ brokers, databasePort, schemaRegistryUrl: null }), folder);
    /** Of each task: every claim that was seen, and whose it was. */
    const claims = new Map<number, string[]>();
    const watch = watchTasks(cell.pool, 'wells', (now, before) => {
      if (now.epoch === before?.epoch) return;
      const owners = claims.get(now.task) ?? [];
      // Two claims between two looks would be one line too few.
      for (let epoch = before?.epoch ?? 0; epoch < now.epoch; epoch++) owners.push(processOf(now.owner));
      claims.set(now.task, owners);
    });
    const upgraded = { topologyUrl: import.meta.resolve('#topologies/test/wellsNext.fixture.js') };
    /** Until every living process, and no other, owns a task. */
    const shared = async (processes: number): Promise<void> => {
      const deadlineMs = performance.now() + shareMsMax;
      const living = fleet.living.map(({ pid }) => String(pid)).sort();
      t.is(living.length, processes);
      for (;;) {
        const owners = new Set([...watch.tasks.values()].map(({ owner }) => processOf(owner)));
        if ([...owners].sort().join() === living.join()) return;
        if (performance.now() > deadlineMs) {
          t.fail(`${processes} processes run, tasks are owned by ${[...owners].join()}`);
          return;
        }
        await sleep(50);
      }
    };
    try {
      const traffic = planTraffic(cell, 11);
      const quarter = Math.ceil(traffic.length / 4);
      for (const [step, processes] of [1, 2, 3].entries()) {
        await fleet.start(step === 0 ? {} : upgraded);
        const sending = feed.send(traffic.slice(step * quarter, (step + 1) * quarter));
        await shared(processes);
        await sending;
      }
      const sending = feed.send(traffic.slice(3 * quarter));
      const [first, second] = fleet.living;
      // Both versions own tasks now. Another topology under their id is refused, and takes nothing from them.
      const stranger = await fleet.start({
        topologyUrl: import.meta.resolve('#topologies/test/otherWells.fixture.js'),
      });
      await refused(stranger);
      t.true(await stranger.leave());
      t.true(await first?.leave());
      t.true(await second?.leave());
      await sending;
      await shared(1);
      const truth = await truthOf(cell, brokers);
      t.deepEqual(await untilTrue(cell, truth, performance.now() + 60_000), []);
      t.true(truth.frames.admitted > 200);
      for (const worker of fleet.living) t.true(await worker.leave());
      t.deepEqual(watch.broken, []);
      // A claim for each change of hands, and no other; at most so many hands as it takes to share and to take over.
      const all = [...claims.values()];
      t.deepEqual(
        all.flatMap((owners) => owners.filter((owner, i) => owner === owners[i - 1])),
        [],
        JSON.stringify([...claims]),
      );
      t.true(all.flat().length <= claimsMax, JSON.stringify([...claims]));
      const { rows } = await cell.pool.query<{ version: number }>(
        'SELECT version FROM balancin.topology_version ORDER BY version',
      );
      t.is(rows.length, 2);
      await rm(folder, { recursive: true });
    } finally {
      await fleet.end();
      await watch.stop();
      await feed.close();
      await cell.remove();
    }
  },
);
