/** Runs the workers for a long time under a steady load on real servers, and watches their memory and their lag. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { Kafka, logLevel } from 'kafkajs';
import { createOtherTopics, startEngineServers } from '../engine/engineServers.js';
import { type FleetShape, partitions, samplesPerFrame } from '../engine/fleet.js';
import { cpuSecondsOf, rssBytesOf } from '../engine/processTimes.js';
import type { Progress } from '../engine/workersProcess.js';
import { type MemoryTrend, memoryTrend } from './memoryTrend.js';
import { sendPaced } from './pacedFrames.js';

export interface SoakOptions {
  readonly minutes: number;
  readonly samplesPerSecond: number;
  readonly shape: FleetShape;
  /** Between looks at the memory. */
  readonly lookMs: number;
  readonly durable: boolean;
  readonly progress: (line: string) => void;
}

export interface SoakResult {
  readonly frames: number;
  readonly samplesPerSecond: number;
  readonly memory: MemoryTrend;
  readonly rssBytes: readonly number[];
  /** Frames sent and not yet committed: at each look. */
  readonly lagFramesMax: number;
  readonly workersCpuShare: number;
  readonly restarts: number;
}

const topicPrefix = 'soak.';
const telemetry = 'edge.telemetry.v1';
/** Ten samples a second and tag: as dense as pressure gauges come, and few rows for many samples. */
const stepMs = 100;
const dayMs = 86_400_000;
const retentionMs = 120_000;
const segmentBytes = 128 * 1024 * 1024;
const drainMs = 120_000;
const idleTimeoutMs = 2_000;

/** Throws DATA_INVALID where what is stored is not what was sent. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { shape, progress } = options;
  const servers = await startEngineServers(shape, topicPrefix, { durable: options.durable });
  try {
    const { brokers } = servers;
    const databaseUrl = await servers.createDatabase('soak');
    const topic = topicPrefix + telemetry;
    await createTopic(brokers, topic);
    await createOtherTopics(brokers, topicPrefix, telemetry);
    const child = fork(
      fileURLToPath(new URL('../engine/workersProcess.js', import.meta.url)),
      [
        JSON.stringify({
          databaseUrl,
          kafka: { brokers, replicationFactor: 1 },
          cell: { partitions, topicPrefix },
          worker: { threads: 2, groupId: 'soak' },
          window: { idleTimeoutMs },
        }),
      ],
      { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    const ended = once(child, 'exit');
    let last: Progress | null = null;
    child.on('message', (message) => {
      last = message as Progress;
    });
    const committed = (): number =>
      (last?.counts ?? []).reduce(
        (sum, { frames }) => sum + Object.values(frames).reduce((a, b) => a + b, 0),
        0,
      );
    try {
      // Old enough that event time, which runs faster than the clock, never comes near it.
      const firstMs = Math.floor((Date.now() - 300 * dayMs) / dayMs) * dayMs;
      const sender = await sendPaced({
        brokers,
        topic,
        shape,
        firstMs,
        stepMs,
        samplesPerSecond: options.samplesPerSecond,
      });
      const startMs = performance.now();
      const pid = child.pid ?? 0;
      const rssBytes: number[] = [];
      let lagFramesMax = 0;
      while (performance.now() - startMs < options.minutes * 60_000) {
        await sleep(options.lookMs);
        if (child.exitCode !== null) throw new BalancinError('BUG', 'the worker process ended by itself');
        if (sender.failure !== null) throw sender.failure;
        const lag = sender.frames - committed();
        lagFramesMax = Math.max(lagFramesMax, lag);
        rssBytes.push(await rssBytesOf(pid));
        progress(
          `${Math.round((performance.now() - startMs) / 1000)} s: ${committed()} frames, ${lag} behind, ` +
            `${Math.round((rssBytes.at(-1) ?? 0) / 2 ** 20)} MiB`,
        );
      }
      const seconds = (performance.now() - startMs) / 1000;
      const cpu = await cpuSecondsOf(pid);
      await sender.stop();
      await untilStored(databaseUrl, sender.frames * samplesPerFrame(shape), sender.sum);
      const restarts = (last as Progress | null)?.restarts ?? 0;
      return {
        frames: sender.frames,
        samplesPerSecond: (sender.frames * samplesPerFrame(shape)) / seconds,
        memory: memoryTrend(rssBytes),
        rssBytes,
        lagFramesMax,
        workersCpuShare: cpu / seconds,
        restarts,
      };
    } finally {
      if (child.connected) child.send('stop');
      const gone = await Promise.race([ended.then(() => true), sleep(drainMs, false, { ref: false })]);
      if (!gone) child.kill('SIGKILL');
    }
  } finally {
    await servers.stop();
  }
}

/** The topic keeps little: half an hour of full load would fill a disk. */
async function createTopic(brokers: readonly string[], topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [
      {
        topic,
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries: [
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
          { name: 'retention.ms', value: String(retentionMs) },
          { name: 'segment.bytes', value: String(segmentBytes) },
        ],
      },
    ],
  });
  await admin.disconnect();
}

/** Windows that only silence closes come last. */
async function untilStored(databaseUrl: string, samples: number, sum: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadlineMs = performance.now() + drainMs;
    for (;;) {
      const { rows } = await client.query<{ samples: string | null; sum: number | null }>(
        'SELECT sum(samples) AS samples, sum(sum) AS sum FROM t_acme.reading_1m',
      );
      const stored = Number(rows[0]?.samples ?? 0);
      if (stored === samples && rows[0]?.sum === sum) return;
      if (stored > samples || performance.now() > deadlineMs)
        throw new BalancinError(
          'DATA_INVALID',
          `${samples} samples with sum ${sum} were sent, ${stored} with sum ${rows[0]?.sum} are stored`,
        );
      await sleep(1_000);
    }
  } finally {
    await client.end();
  }
}
