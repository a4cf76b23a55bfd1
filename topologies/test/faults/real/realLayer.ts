/** Layer 3 of the fault suite: real processes and servers that are killed, stopped and filled up. */
import { join } from 'node:path';
import { registryMissing, startRegistry } from '#ops/servers/registry.js';
import { createRandom, seedOf } from '../random.js';
import { openRunFolder, startBrokers, startCrashableDatabase } from '../live/liveServers.js';
import { runRounds } from '../live/runRounds.js';
import type { RoundReport } from '../live/roundReport.js';
import { planDiskFull } from './realFaults.js';
import { type RealServers, runRealRound } from './realRound.js';
import { openDatabaseWire } from './databaseWire.js';
import { startRegistryGate } from './registryGate.js';
import { mountSmallDisk } from './smallDisk.js';
import { runStopLoudlyRound, type TopicFault, topicFaults } from './stopLoudlyRound.js';

const trafficMs = 6_000;
const effects = ['commits fenced', 'commits of unknown outcome', 'transactions aborted', 'left by itself'];
/** Two rounds of so many are of another kind. */
const cycle = 6;
const topicFaultNames = Object.keys(topicFaults) as TopicFault[];

/** A cluster, two databases and its own log of at most three segments take half of it. */
const diskMegabytes = 224;
const smallSettings = { max_wal_size: '48MB', min_wal_size: '32MB', shared_buffers: '16MB' };

type Kind = 'faults' | 'disk-full' | TopicFault;

/** `replay`: the seed of one round as a failure names it, with its kind before it (`disk-full/7`) where that is not `faults`. */
export async function realLayer(options: {
  readonly seed: number;
  readonly rounds: number;
  readonly replay: string | null;
  readonly resume: string | null;
  readonly say: (line: string) => void;
}): Promise<boolean> {
  const { seed, replay, resume, say } = options;
  const runFolder = await openRunFolder();
  const closers: (() => Promise<void>)[] = [];
  try {
    const servers = await startRealServers(runFolder, closers, say);
    const onSmallDisk = await startSmallDisk(servers, closers, say);
    const run = async (kind: Kind, roundSeed: number): Promise<RoundReport> => {
      if (kind === 'faults') return await runRealRound(servers, { seed: roundSeed, runFolder, trafficMs });
      if (kind !== 'disk-full')
        return await runStopLoudlyRound(servers, { seed: roundSeed, runFolder, kind });
      const plan = planDiskFull(createRandom(roundSeed), trafficMs);
      return await runRealRound(onSmallDisk ?? servers, { seed: roundSeed, runFolder, trafficMs, plan });
    };
    if (replay !== null) {
      const [kind, roundSeed] = replay.includes('/') ? replay.split('/') : ['faults', replay];
      return await runRounds({ name: 'real', seed, rounds: 1, effects, resume: null, say }, () =>
        run(kind as Kind, Number(roundSeed)),
      );
    }
    return await runRounds({ name: 'real', seed, rounds: options.rounds, effects, resume, say }, (round) =>
      run(kindOf(seed, round, onSmallDisk !== null), seedOf(seed, round)),
    );
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Which of them come first differs with the seed. */
function kindOf(seed: number, round: number, hasSmallDisk: boolean): Kind {
  if (round % cycle === 2 && hasSmallDisk) return 'disk-full';
  if (round % cycle !== 5) return 'faults';
  return topicFaultNames[(Math.floor(round / cycle) + seed) % topicFaultNames.length] ?? 'faults';
}

async function startRealServers(
  runFolder: string,
  closers: (() => Promise<void>)[],
  say: (line: string) => void,
): Promise<RealServers> {
  const database = await startCrashableDatabase(join(runFolder, 'postgres'));
  closers.push(() => database.stop());
  const wire = await openDatabaseWire(() => database.port);
  closers.push(() => wire.close());
  const kafka = await startBrokers(runFolder, 3);
  closers.push(() => kafka.stop());
  const missing = await registryMissing();
  if (missing !== null) {
    say(`without a registry that goes away: ${missing}`);
    return { kafka, database, wire, registry: null, disk: null };
  }
  const registry = await startRegistry({ dir: join(runFolder, 'registry') });
  closers.push(() => registry.stop());
  const gate = await startRegistryGate(registry.url);
  closers.push(() => gate.close());
  return { kafka, database, wire, registry: { url: registry.url, gate }, disk: null };
}

/** Null, and the reason is said, where nothing may be mounted. */
async function startSmallDisk(
  servers: RealServers,
  closers: (() => Promise<void>)[],
  say: (line: string) => void,
): Promise<RealServers | null> {
  const disk = await mountSmallDisk(diskMegabytes);
  if (typeof disk === 'string') {
    say(`without a disk that fills up: ${disk}`);
    return null;
  }
  closers.push(() => disk.unmount());
  const database = await startCrashableDatabase(join(disk.folder, 'postgres'), smallSettings);
  closers.push(() => database.stop());
  const wire = await openDatabaseWire(() => database.port);
  closers.push(() => wire.close());
  return { ...servers, database, wire, disk };
}
