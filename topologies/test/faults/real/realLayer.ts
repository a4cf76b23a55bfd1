/** Layer 3 of the fault suite: real processes and servers that are killed, stopped and filled up. */
import { join } from 'node:path';
import { registryMissing, startRegistry } from '#ops/servers/registry.js';
import { seedOf } from '../random.js';
import { openRunFolder, startBrokers, startCrashableDatabase } from '../live/liveServers.js';
import { runRounds } from '../live/runRounds.js';
import { type RealServers, runRealRound } from './realRound.js';
import { startRegistryGate } from './registryGate.js';

const trafficMs = 6_000;
const effects = [
  'commits of unknown outcome',
  'outbox: sent again',
  'transactions aborted',
  'left by itself',
];

/** `replay`: the seed of one round, as a failure names it. */
export async function realLayer(options: {
  readonly seed: number;
  readonly rounds: number;
  readonly replay: string | null;
  readonly say: (line: string) => void;
}): Promise<boolean> {
  const { seed, replay, say } = options;
  const runFolder = await openRunFolder();
  const closers: (() => Promise<void>)[] = [];
  try {
    const servers = await startRealServers(runFolder, closers, say);
    const rounds = replay === null ? options.rounds : 1;
    return await runRounds({ name: 'real', rounds, effects, say }, (round) =>
      runRealRound(servers, {
        seed: replay === null ? seedOf(seed, round) : Number(replay),
        runFolder,
        trafficMs,
      }),
    );
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function startRealServers(
  runFolder: string,
  closers: (() => Promise<void>)[],
  say: (line: string) => void,
): Promise<RealServers> {
  const database = await startCrashableDatabase(join(runFolder, 'postgres'));
  closers.push(() => database.stop());
  const kafka = await startBrokers(runFolder, 3);
  closers.push(() => kafka.stop());
  const missing = await registryMissing();
  if (missing !== null) {
    say(`without a registry that goes away: ${missing}`);
    return { kafka, database, registry: null };
  }
  const registry = await startRegistry({ dir: join(runFolder, 'registry') });
  closers.push(() => registry.stop());
  const gate = await startRegistryGate(registry.url);
  closers.push(() => gate.close());
  return { kafka, database, registry: { url: registry.url, gate } };
}
