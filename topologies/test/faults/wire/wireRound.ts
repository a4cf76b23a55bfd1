/** One round on the wire: traffic through the real worker pool, behind proxies that fault by a plan. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startSupervisor } from '#pipelines/workers/supervisor.js';
import { createRandom, seedOf } from '../random.js';
import { openFeed } from '../live/feedTopics.js';
import { judgeMessages, truthOf, untilSettled, untilTrue } from '../live/judgeCell.js';
import { type LiveServers, openLiveCell, partitions, type WorkerServers } from '../live/liveCell.js';
import { planTraffic, sendPaced } from '../live/pacedTraffic.js';
import { openRoundLog } from '../live/roundLog.js';
import type { RoundReport } from '../live/roundReport.js';
import { watchTasks } from '../live/taskWatch.js';
import { createDirector, planWire, type WireDirector, type WirePlan } from './wireFaults.js';

export interface WireServers {
  readonly live: LiveServers;
  /** Through the proxies. */
  readonly workers: WorkerServers;
  /** Told of the round's director, and of none after it. */
  direct(director: WireDirector | null): void;
  /** Null where the database is shared with others. */
  readonly crashDatabase: (() => Promise<void>) | null;
}

export interface WireRoundOptions {
  readonly seed: number;
  readonly runFolder: string;
  readonly trafficMs: number;
  /** How long faults that did not strike yet are waited for, once all traffic is there. */
  readonly patienceMs: number;
  /** By default the seed plans a third of all kinds. */
  readonly plan?: WirePlan;
}

const threads = 2;
const slices = 40;
/** Of the traffic, kept back for faults that are still to come: without records there is no commit to cut. */
const reserveShare = 0.4;
const reserveMs = 4_000;
const startMsMax = 15_000;
/** Progress within a minute of the last fault. */
const progressMs = 60_000;
const crashShare = 0.3;

export async function runWireRound(servers: WireServers, options: WireRoundOptions): Promise<RoundReport> {
  const { seed, runFolder, trafficMs } = options;
  const startMs = performance.now();
  const log = await openRoundLog(runFolder, `wire-${seed}`);
  const random = createRandom(seedOf(seed, 0));
  const plan = options.plan ?? planWire(random);
  const crashAt = servers.crashDatabase !== null && random.chance(crashShare) ? random.below(slices) : null;
  const lines = [...plan].map(([kind, at]) => `${kind} at opportunity ${at.join(', ')}`);
  if (crashAt !== null) lines.push(`database-crashed at slice ${crashAt} of ${slices}`);
  for (const line of lines) log.say(`plan: ${line}`);

  const cell = await openLiveCell(servers.live);
  const feed = await openFeed(servers.live.brokers, cell.prefix);
  const watch = watchTasks(cell.pool, 'wells');
  const director = createDirector({ plan, random, pool: cell.pool, say: (line) => log.say(line) });
  servers.direct(director);
  const supervisor = startSupervisor({
    threads,
    partitions,
    thread: cell.thread(servers.workers),
    restartBackoffMs: 100,
    restartBackoffMaxMs: 1_000,
    log: log.worker,
  });
  const failures: string[] = [];
  let records = 0;
  let duplicates = 0;
  let alerts = 0;
  try {
    const traffic = planTraffic(cell, seed);
    // On a busy machine the workers come late, and traffic that is all there is one commit to cut.
    const startedByMs = performance.now() + startMsMax;
    while (watch.tasks.size < partitions && performance.now() < startedByMs) await sleep(20);
    const later = Math.floor(traffic.length * (1 - reserveShare));
    await sendPaced(feed, traffic.slice(0, later), { slices, durationMs: trafficMs }, async (slice) => {
      if (slice !== crashAt) return;
      log.say('the database crashes');
      director.note('database-crashed');
      await servers.crashDatabase?.();
    });
    const reserve = { slices, durationMs: reserveMs };
    await sendPaced(feed, traffic.slice(later), reserve, async () => {
      if (director.done) reserve.durationMs = 0;
    });
    // A busy machine is behind with what was sent.
    const waitUntilMs = performance.now() + options.patienceMs;
    while (!director.done && performance.now() < waitUntilMs) await sleep(50);
    director.cease();
    log.say('faults have ceased');
    const deadlineMs = performance.now() + progressMs;
    const truth = await truthOf(cell, servers.live.brokers);
    duplicates = truth.frames.duplicate;
    records = truth.frames.admitted + truth.frames.duplicate + truth.frames.rejected;
    failures.push(...(await untilSettled(cell, truth, deadlineMs)));
    log.say(failures.length === 0 ? 'the truth was reached' : 'the truth was not reached');
    await supervisor.stop();
    if (failures.length === 0) {
      // Nothing comes twice by what the workers do at their end either.
      failures.push(...(await untilTrue(cell, truth, performance.now())));
      const said = await judgeMessages(cell, truth, servers.live.brokers);
      failures.push(...said.differences);
      alerts = said.alerts;
      if (said.sentAgain > 0) director.note('outbox: sent again');
    }
    if (director.hits.has('zombie commit: done'))
      failures.push('a zombie committed a task that was claimed anew');
  } catch (error) {
    failures.push(
      `the round ended with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    await supervisor.stop();
  } finally {
    servers.direct(null);
    await watch.stop();
    await feed.close();
    await cell.remove();
  }
  failures.push(...watch.broken);
  for (const failure of failures) log.say(`FAILED: ${failure}`);
  await log.close({ keep: failures.length > 0 || process.env['BALANCIN_FAULTS_KEEP'] === 'true' });
  const planned = [...plan.keys(), ...(crashAt === null ? [] : ['database-crashed'])];
  return {
    seed,
    plan: lines,
    failures,
    counts: new Map([
      ...director.hits,
      ['duplicate frames', duplicates],
      ['alerts', alerts],
      ['snapshots with closed sums', watch.sums],
    ]),
    planned,
    records,
    durationMs: performance.now() - startMs,
    folder: log.folder,
  };
}
