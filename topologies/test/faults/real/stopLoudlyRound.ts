/** One round in which a topic is no longer what it was: its tasks must stop and say so, and skip nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { createKafkaLog } from '#pipelines/log/kafka/kafkaLog.js';
import { createRandom, seedOf } from '../random.js';
import { openFeed } from '../live/feedTopics.js';
import { truthOf, untilTrue } from '../live/judgeCell.js';
import { type LiveCell, openLiveCell, partitions } from '../live/liveCell.js';
import { planTraffic } from '../live/pacedTraffic.js';
import { openRoundLog } from '../live/roundLog.js';
import type { RoundReport } from '../live/roundReport.js';
import type { RealServers } from './realRound.js';
import { openFleet, type WorkerFleet } from './workerFleet.js';

const { Kafka, logLevel } = kafkajs;

export const topicFaults = {
  'records-past-retention': 'records that were not read are deleted',
  'topic-recreated-shorter': 'the topic is made anew and ends before the next offset',
} as const;

export type TopicFault = keyof typeof topicFaults;

/** What is said of a task that stops. */
const stopped = /task (\d+) is stopped: .*nothing is skipped/g;
const reachedMs = 60_000;
const saidMs = 30_000;
/** A task that would go on after all has gone on by then. */
const quietMs = 2_000;

export async function runStopLoudlyRound(
  servers: RealServers,
  options: { readonly seed: number; readonly runFolder: string; readonly kind: TopicFault },
): Promise<RoundReport> {
  const { seed, runFolder, kind } = options;
  const startMs = performance.now();
  const log = await openRoundLog(runFolder, `${kind}-${seed}`);
  const { brokers } = servers.kafka;
  const live = { brokers, databaseUrl: servers.database.url, schemaRegistryUrl: null };
  const cell = await openLiveCell(live);
  const feed = await openFeed(brokers, cell.prefix);
  const workers = { brokers, databasePort: servers.database.port, schemaRegistryUrl: null };
  const fleet = openFleet(cell, () => workers, log.folder);
  const failures: string[] = [];
  let records = 0;
  try {
    const topic = createRandom(seedOf(seed, 0)).pick(['edge.telemetry.v1', 'edge.backfill.v1']);
    const traffic = planTraffic(cell, seed);
    await fleet.start();
    await feed.send(traffic);
    const truth = await truthOf(cell, brokers);
    records = truth.frames.admitted + truth.frames.duplicate + truth.frames.rejected;
    failures.push(...(await untilTrue(cell, truth, performance.now() + reachedMs)));
    for (const worker of fleet.living) await worker.leave();
    const before = await nextOffsets(cell, topic);
    log.say(`next offsets of ${topic}: ${JSON.stringify([...before])}`);

    const more = traffic.filter((record) => record.topic === topic);
    await spoil(kind, {
      brokers,
      cell,
      topic,
      refill: () => feed.send(more),
    });
    await fleet.start();
    const expected = [...before].filter(([, offset]) => offset > 0).map(([task]) => task);
    const silent = await untilSaid(fleet, expected);
    if (silent.length > 0)
      failures.push(`${kind} of ${topic}: tasks ${silent.join(', ')} did not stop loudly`);
    await sleep(quietMs);
    const after = await nextOffsets(cell, topic);
    for (const task of expected)
      if (after.get(task) !== before.get(task))
        failures.push(
          `${kind} of ${topic}: task ${task} went from ${before.get(task)} to ${after.get(task)}`,
        );
    for (const worker of fleet.living)
      if (!(await worker.leave())) failures.push(`${worker.name} did not leave by itself after SIGTERM`);
  } catch (error) {
    failures.push(
      `the round ended with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  } finally {
    await fleet.end();
    await feed.close().catch(() => undefined);
    await cell.remove();
  }
  for (const failure of failures) log.say(`FAILED: ${failure}`);
  await log.close({ keep: failures.length > 0 });
  return {
    seed,
    plan: [`${kind}: ${topicFaults[kind]}`],
    failures,
    counts: new Map([[kind, 1]]),
    planned: [kind],
    records,
    durationMs: performance.now() - startMs,
    folder: log.folder,
  };
}

interface Spoilt {
  readonly brokers: readonly string[];
  readonly cell: LiveCell;
  readonly topic: string;
  readonly refill: () => Promise<void>;
}

async function spoil(kind: TopicFault, { brokers, cell, topic, refill }: Spoilt): Promise<void> {
  const name = cell.prefix + topic;
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    if (kind === 'records-past-retention') {
      await refill();
      const ends = await admin.fetchTopicOffsets(name);
      await admin.deleteTopicRecords({
        topic: name,
        partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
      });
      await refill();
      return;
    }
    await admin.deleteTopics({ topics: [name] });
    const log = createKafkaLog({ brokers, topicPrefix: cell.prefix });
    try {
      while ((await admin.listTopics()).includes(name)) await sleep(100);
      await log.createTopics([{ topic, partitions, replicationFactor: -1, retentionMs: null }]);
    } finally {
      await log.close();
    }
  } finally {
    await admin.disconnect();
  }
}

async function nextOffsets(cell: LiveCell, topic: string): Promise<Map<number, number>> {
  const { rows } = await cell.pool.query<{ task: number; next: number }>(
    `SELECT task, coalesce((next_offsets ->> $1)::float8, 0) AS next FROM balancin.task WHERE topology = 'wells'`,
    [topic],
  );
  return new Map(rows.map(({ task, next }) => [task, next]));
}

/** The tasks that have said nothing when the time is up. */
async function untilSaid(fleet: WorkerFleet, tasks: readonly number[]): Promise<number[]> {
  const deadlineMs = performance.now() + saidMs;
  for (;;) {
    const texts = await Promise.all(fleet.all.map((worker) => worker.said()));
    const said = new Set([...texts.join('\n').matchAll(stopped)].map((found) => Number(found[1])));
    const silent = tasks.filter((task) => !said.has(task));
    if (silent.length === 0 || performance.now() > deadlineMs) return silent;
    await sleep(200);
  }
}
