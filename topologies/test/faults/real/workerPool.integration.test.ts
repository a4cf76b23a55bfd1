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
import { openLiveCell } from '../live/liveCell.js';
import { planTraffic } from '../live/pacedTraffic.js';
import { watchTasks } from '../live/taskWatch.js';
import { openFleet } from './workerFleet.js';

const kafkaTest = needs(test, await testKafkaMissing());
const shareMsMax = 40_000;

kafkaTest(
  'one, two, three and again one process share the tasks under load, and nothing is lost',
  async (t) => {
    const { brokers } = await testKafka(t);
    const databaseUrl = await findTestServer();
    const folder = await mkdtemp(join(tmpdir(), 'balancin-pool-'));
    const cell = await openLiveCell({ brokers, databaseUrl, schemaRegistryUrl: null });
    const feed = await openFeed(brokers, cell.prefix);
    const databasePort = Number(new URL(databaseUrl).port);
    const fleet = openFleet(cell, () => ({ brokers, databasePort, schemaRegistryUrl: null }), folder);
    const watch = watchTasks(cell.pool, 'wells');
    /** Until every living process, and no other, owns a task. */
    const shared = async (processes: number): Promise<void> => {
      const deadlineMs = performance.now() + shareMsMax;
      const living = fleet.living.map(({ pid }) => String(pid)).sort();
      t.is(living.length, processes);
      for (;;) {
        const owners = new Set([...watch.tasks.values()].map(({ owner }) => owner.split('/').at(-3) ?? ''));
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
        await fleet.start();
        const sending = feed.send(traffic.slice(step * quarter, (step + 1) * quarter));
        await shared(processes);
        await sending;
      }
      const sending = feed.send(traffic.slice(3 * quarter));
      const [first, second] = fleet.living;
      t.true(await first?.leave());
      t.true(await second?.leave());
      await sending;
      await shared(1);
      const truth = await truthOf(cell, brokers);
      t.deepEqual(await untilTrue(cell, truth, performance.now() + 60_000), []);
      t.true(truth.frames.admitted > 200);
      for (const worker of fleet.living) t.true(await worker.leave());
      t.deepEqual(watch.broken, []);
      await rm(folder, { recursive: true });
    } finally {
      await fleet.end();
      await watch.stop();
      await feed.close();
      await cell.remove();
    }
  },
);
