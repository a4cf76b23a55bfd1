import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import kafkajs from 'kafkajs';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { registerCodecs } from '#pipelines/log/kafka/codecs.js';
import type { ThreadStatus } from '#pipelines/workers/supervisor.js';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { findTestServer } from '#ops/servers/testServer.js';
import { openFeed } from '../live/feedTopics.js';
import { truthOf, untilTrue } from '../live/judgeCell.js';
import { liveWells, openLiveCell } from '../live/liveCell.js';
import { planTraffic } from '../live/pacedTraffic.js';
import { watchTasks } from '../live/taskWatch.js';
import { closingTag } from '../truth/traffic.js';
import { startSlowRelay } from '../wire/slowRelay.js';
import { openFleet, type WorkerProcess } from './workerFleet.js';

const { CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs;
const kafkaTest = needs(test, await testKafkaMissing());
const patienceMs = 60_000;
/** An answer of the database on this machine takes some milliseconds. */
const slowMs = 400;
/** 384 MiB in batches of 12 MiB, of which all together are less than one fetch on the wire. */
const floodBatches = 32;
const floodRecords = 12;
const headerBytes = 1024 * 1024;
/** Well below the flood: what a fetch unpacks is bounded by 32 MiB and a batch, what is buffered by 16 MiB and a batch. */
const grownBytesMax = 256 * 1024 * 1024;

interface Status {
  readonly rssBytes: number;
  readonly threads: readonly ThreadStatus[];
}

async function statuses(worker: WorkerProcess): Promise<Status[]> {
  const lines = (await worker.said()).split('\n').filter((line) => line.includes('"level":"status"'));
  return lines.map((line) => JSON.parse(line) as Status);
}

const tasksOf = ({ threads }: Status) => threads.flatMap(({ tasks }) => tasks);

kafkaTest(
  'with the database a hundred times slower and batches that unpack 100 : 1, memory is bounded, the lag is told, and all arrives',
  async (t) => {
    registerCodecs();
    const { brokers } = await testKafka(t);
    const databaseUrl = await findTestServer();
    const databasePort = Number(new URL(databaseUrl).port);
    const folder = await mkdtemp(join(tmpdir(), 'balancin-memory-'));
    const cell = await openLiveCell({ brokers, databaseUrl, schemaRegistryUrl: null });
    const relay = await startSlowRelay(() => databasePort);
    const feed = await openFeed(brokers, cell.prefix);
    const servers = { brokers, databasePort: relay.port, schemaRegistryUrl: null };
    const fleet = openFleet(cell, () => servers, folder, { statusEveryMs: 100 });
    const watch = watchTasks(cell.pool, 'wells');
    const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      for (const endMs = performance.now() + patienceMs; !(await holds()); await sleep(100))
        if (performance.now() > endMs) {
          const last = (await statuses(worker)).at(-1);
          throw new Error(`${what} did not come: ${JSON.stringify(last).slice(0, 2_000)}`);
        }
    };
    const worker = await fleet.start();
    try {
      const traffic = planTraffic(cell, 3);
      const half = traffic.length >> 1;
      await feed.send(traffic.slice(0, half));
      await until('the first half', async () => {
        const last = (await statuses(worker)).at(-1);
        const tasks = last === undefined ? [] : tasksOf(last);
        return tasks.some(({ commits }) => commits > 0) && tasks.every(({ lagRecords }) => lagRecords === 0);
      });
      relay.delay(slowMs);
      await feed.send(traffic.slice(half));
      const behind = async (): Promise<boolean> =>
        (await statuses(worker)).some((status) =>
          tasksOf(status).some(({ lagRecords, lagMs }) => lagRecords > 0 && lagMs >= slowMs),
        );
      await until('a lag in records and in time', behind);
      const truth = await truthOf(cell, brokers);
      const before = Math.max(...(await statuses(worker)).map(({ rssBytes }) => rssBytes));

      const flooded = await flood(brokers, `${cell.prefix}edge.telemetry.v1`, cell.schema.id);
      await sleep(10 * slowMs);
      relay.delay(0);
      await until('the end of the flood', async () => {
        const { rows } = await cell.pool.query<{ total: number }>(
          `SELECT coalesce(sum(total), 0)::int AS total FROM balancin.task_tally WHERE measure = 'frames' AND name = 'duplicate'`,
        );
        return (rows[0]?.total ?? 0) >= flooded - 1;
      });
      const after = await statuses(worker);
      const grown = Math.max(...after.map(({ rssBytes }) => rssBytes)) - before;
      t.log(`${Math.round(before / 2 ** 20)} MiB, and ${Math.round(grown / 2 ** 20)} MiB more in the flood`);
      t.true(grown < grownBytesMax, `grown by ${grown} bytes`);
      const { frames, samples } = truth;
      const all = {
        ...truth,
        frames: { ...frames, admitted: frames.admitted + 1, duplicate: frames.duplicate + flooded - 1 },
        samples: samples + 1,
      };
      t.deepEqual(await untilTrue(cell, all, performance.now() + patienceMs), []);
      t.true(await worker.leave());
      t.deepEqual(watch.broken, []);
    } finally {
      await fleet.end();
      await watch.stop();
      await feed.close();
      await relay.close();
      await cell.remove();
      await rm(folder, { recursive: true });
    }
  },
);

/**
 * One frame again and again, dropped as a duplicate, with a large header that nobody reads: what is measured is its way
 * there. It is of a tag whose minutes the truth leaves open. The records appended.
 */
async function flood(brokers: readonly string[], topic: string, schemaId: number): Promise<number> {
  const { tenant, site, well } = liveWells[0]!;
  const value = encodeFrame(
    {
      tenant,
      site,
      well,
      stream: 'flood',
      epoch: 1,
      seq: 1,
      t0: Date.now() - 3_600_000,
      historical: false,
      series: [{ tag: closingTag, dtMs: [0], value: [1], quality: new Uint8Array(0) }],
    },
    schemaId,
  );
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const end = async (): Promise<number> =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
  try {
    const start = await end();
    const headers = { padding: Buffer.alloc(headerBytes) };
    const message = { key: `${tenant}/${site}`, value: Buffer.from(value), headers };
    const messages = Array.from({ length: floodRecords }, () => message);
    for (let i = 0; i < floodBatches; i++)
      await producer.send({ topic, acks: -1, compression: CompressionTypes.ZSTD, messages });
    return (await end()) - start;
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  }
}
