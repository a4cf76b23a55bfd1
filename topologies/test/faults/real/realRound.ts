/** One round with real faults: traffic through worker processes that are killed, stopped and joined as their servers are. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaServer } from '#ops/servers/kafka.js';
import { createRandom, seedOf } from '../random.js';
import type { TrafficRecord } from '../truth/traffic.js';
import { openFeed } from '../live/feedTopics.js';
import { judgeMessages, truthOf, untilSettled, untilTrue } from '../live/judgeCell.js';
import { openLiveCell } from '../live/liveCell.js';
import type { CrashableDatabase } from '../live/liveServers.js';
import { planTraffic, sendPaced } from '../live/pacedTraffic.js';
import { frameRewriter } from '../live/rewriteFrames.js';
import { openRoundLog, type RoundLog } from '../live/roundLog.js';
import type { RoundReport } from '../live/roundReport.js';
import { type TaskLook, watchTasks } from '../live/taskWatch.js';
import { createDirector, planCommits } from '../wire/wireFaults.js';
import type { DatabaseWire } from './databaseWire.js';
import { describePlanned, planReal, type PlannedFault } from './realFaults.js';
import type { RegistryGate } from './registryGate.js';
import type { SmallDisk } from './smallDisk.js';
import { strikeAll } from './strikeReal.js';
import { openFleet, type WorkerFleet } from './workerFleet.js';

export interface RealServers {
  readonly kafka: KafkaServer;
  readonly database: CrashableDatabase;
  /** The database's, where it is one that can be filled. */
  readonly disk: SmallDisk | null;
  /** Before the database: workers reach it this way. */
  readonly wire: DatabaseWire;
  /** Null: schema ids are kept in the database, and no registry can go away. */
  readonly registry: { readonly url: string; readonly gate: RegistryGate } | null;
}

export interface RealRoundOptions {
  readonly seed: number;
  readonly runFolder: string;
  readonly trafficMs: number;
  /** By default the seed's. */
  readonly plan?: readonly PlannedFault[];
}

const slices = 60;
const processesAtStart = 2;
const progressMs = 60_000;
const noGate: RegistryGate = {
  url: '',
  shut: () => undefined,
  open: () => undefined,
  close: () => Promise.resolve(),
};

export async function runRealRound(servers: RealServers, options: RealRoundOptions): Promise<RoundReport> {
  const { seed, runFolder, trafficMs } = options;
  const { kafka, database, wire, registry } = servers;
  const startMs = performance.now();
  const log = await openRoundLog(runFolder, `real-${seed}`);
  const random = createRandom(seedOf(seed, 0));
  const plan = options.plan ?? planReal(random, trafficMs);
  const commitPlan = planCommits(createRandom(seedOf(seed, 2)));
  const lines = [
    ...plan.map(describePlanned),
    ...[...commitPlan].map(([kind, at]) => `${kind} at COMMIT ${at.join(', ')}`),
  ];
  for (const line of lines) log.say(`plan: ${line}`);
  const counts = new Map<string, number>();
  const count = (what: string, times = 1): void => void counts.set(what, (counts.get(what) ?? 0) + times);
  const failures: string[] = [];
  let records = 0;

  const { brokers } = kafka;
  const live = { brokers, databaseUrl: database.url, schemaRegistryUrl: registry?.url ?? null };
  const cell = await openLiveCell(live);
  log.say('the cell is there');
  const feed = await openFeed(brokers, cell.prefix);
  log.say('the feed is there');
  const claims = createClaims();
  const watch = watchTasks(cell.pool, 'wells', claims.look);
  const workers = {
    brokers,
    databasePort: wire.port,
    schemaRegistryUrl: registry?.gate.url ?? null,
  };
  const director = createDirector({
    plan: commitPlan,
    random,
    pool: cell.pool,
    say: (line) => log.say(line),
  });
  wire.direct(director);
  const fleet = openFleet(cell, () => workers, log.folder);
  try {
    for (let i = 0; i < processesAtStart; i++) await fleet.start();
    await claims.next(20_000);
    log.say('the first task was claimed');
    const traffic = planTraffic(cell, seed);
    let rewrite: (record: TrafficRecord) => TrafficRecord = (record) => record;
    const striking = strikeAll(
      {
        fleet,
        kafka,
        database,
        disk: servers.disk,
        registry: registry?.gate ?? noGate,
        nextClaim: (timeoutMs) => claims.next(timeoutMs),
        async evolve() {
          const evolved = frameRewriter(cell.schema, await cell.evolveSchema());
          rewrite = (record) => (random.chance(0.3) ? evolved(record) : record);
        },
        async abortTransaction() {
          // They would be admitted if they were read: later numbers of streams that go on.
          const from = Math.floor(traffic.length * 0.7);
          const sent = await feed.sendAborted(traffic.slice(from, from + 20)).then(
            () => true,
            (error: unknown) => {
              log.say(`a transaction failed by itself: ${String(error)}`);
              return false;
            },
          );
          if (sent) count('transactions aborted');
        },
        say: (line) => log.say(line),
        count,
      },
      plan,
    );
    // Rewritten when it is sent: the schema changes on the way.
    const sending = sendPaced(
      { ...feed, send: (part) => feed.send(part.map((record) => rewrite(record))) },
      traffic,
      { slices, durationMs: trafficMs },
    );
    await Promise.all([striking, sending]);
    director.cease();
    log.say('faults have ceased, all traffic is there');
    const deadlineMs = performance.now() + progressMs;
    while (fleet.living.length < processesAtStart) await fleet.start();
    const truth = await truthOf(cell, brokers);
    count('duplicate frames', truth.frames.duplicate);
    records = truth.frames.admitted + truth.frames.duplicate + truth.frames.rejected;
    failures.push(...(await untilSettled(cell, truth, deadlineMs)));
    log.say(failures.length === 0 ? 'the truth was reached' : 'the truth was not reached');
    for (const worker of fleet.living)
      if (!(await worker.leave())) failures.push(`${worker.name} did not leave by itself after SIGTERM`);
    if (failures.length === 0) {
      failures.push(...(await untilTrue(cell, truth, performance.now())));
      const { differences, sentAgain, alerts } = await judgeMessages(cell, truth, brokers);
      failures.push(...differences);
      count('alerts', alerts);
      if (sentAgain > 0) count('outbox: sent again');
    }
  } catch (error) {
    failures.push(
      `the round ended with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  } finally {
    await fleet.end();
    wire.direct(null);
    await watch.stop();
    await feed.close().catch(() => undefined);
    await cell.remove();
  }
  failures.push(...watch.broken);
  count('claims', claims.count);
  count('snapshots with closed sums', watch.sums);
  for (const [what, times] of director.hits) count(what, times);
  for (const [what, times] of await effectsOf(fleet)) count(what, times);
  return await report();

  async function report(): Promise<RoundReport> {
    for (const failure of failures) log.say(`FAILED: ${failure}`);
    await closeLog(log, failures.length > 0);
    return {
      seed,
      plan: lines,
      failures,
      counts,
      planned: [...plan.map(({ kind }) => kind), ...commitPlan.keys()],
      records,
      durationMs: performance.now() - startMs,
      folder: log.folder,
    };
  }
}

async function closeLog(log: RoundLog, failed: boolean): Promise<void> {
  await log.close({ keep: failed || process.env['BALANCIN_FAULTS_KEEP'] === 'true' });
}

interface Claims {
  readonly count: number;
  readonly look: (now: TaskLook, before: TaskLook | undefined) => void;
  /** The next claim after the call. */
  next(timeoutMs: number): Promise<{ readonly ownerPid: number } | null>;
}

/** An owner is `host/pid/thread/random`. */
function createClaims(): Claims {
  const waiting = new Set<(pid: number) => void>();
  let claims = 0;
  return {
    get count() {
      return claims;
    },
    look(now, before) {
      if (now.epoch === before?.epoch) return;
      claims++;
      for (const wake of waiting) wake(Number(now.owner.split('/').at(-3)));
      waiting.clear();
    },
    async next(timeoutMs) {
      const timer = new AbortController();
      const claimed = new Promise<{ ownerPid: number }>((resolve) => {
        waiting.add((ownerPid) => resolve({ ownerPid }));
      });
      const late = sleep(timeoutMs, null, { signal: timer.signal }).catch(() => null);
      const first = await Promise.race([claimed, late]);
      timer.abort();
      return first;
    },
  };
}

/** What the workers said of themselves. */
async function effectsOf(fleet: WorkerFleet): Promise<Map<string, number>> {
  const effects = new Map<string, number>();
  const patterns: readonly (readonly [string, RegExp])[] = [
    ['commits fenced', /"outcome":"fenced"/g],
    ['commits of unknown outcome', /"outcome":"unknown"/g],
  ];
  for (const worker of fleet.all) {
    const text = await worker.said().catch(() => '');
    for (const [what, pattern] of patterns) {
      const times = text.match(pattern)?.length ?? 0;
      if (times > 0) effects.set(what, (effects.get(what) ?? 0) + times);
    }
  }
  return effects;
}
