/** Layer 2 of the fault suite: rounds on the wire, one after another, on servers that stay. */
import { join } from 'node:path';
import { createRandom, seedOf } from '../random.js';
import { createCoverage, hitsMin } from '../live/coverage.js';
import { openRunFolder, startBrokers, startCrashableDatabase } from '../live/liveServers.js';
import { describeFailure } from '../live/roundReport.js';
import { startKafkaProxy } from './kafkaProxy.js';
import { startPostgresProxy } from './postgresProxy.js';
import type { WireDirector } from './wireFaults.js';
import { runWireRound, type WireServers } from './wireRound.js';

export interface LiveRunOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly print: (line: string) => void;
}

const trafficMs = 3_000;

/** True where every round is well and every planned fault came often enough. */
export async function runWire({ seed, rounds, print }: LiveRunOptions): Promise<boolean> {
  const runFolder = await openRunFolder();
  const coverage = createCoverage();
  const planned = new Map<string, number>();
  let failed = 0;
  const closers: (() => Promise<void>)[] = [];
  try {
    const database = await startCrashableDatabase(join(runFolder, 'postgres'));
    closers.push(() => database.stop());
    const kafka = await startBrokers(runFolder, 1);
    closers.push(() => kafka.stop());
    const wire = await openWire({
      brokers: kafka.brokers,
      database,
      crashDatabase: () => database.crash(),
    });
    closers.push(() => wire.close());
    for (let round = 0; round < rounds; round++) {
      const report = await runWireRound(wire.servers, { seed: seedOf(seed, round), runFolder, trafficMs });
      coverage.add(report.counts);
      for (const kind of report.planned) planned.set(kind, (planned.get(kind) ?? 0) + 1);
      const said = `${report.records} records, ${(report.durationMs / 1000).toFixed(1)} s`;
      print(
        `wire ${round + 1}/${rounds} seed ${report.seed}: ${report.failures.length === 0 ? 'well' : 'FAILED'}, ${said}`,
      );
      if (report.failures.length === 0) continue;
      failed++;
      for (const line of describeFailure(report)) print(line);
    }
  } finally {
    for (const close of closers.reverse()) await close();
  }
  for (const [kind, times] of planned) coverage.expect(kind, Math.min(hitsMin, Math.ceil(times / 2)));
  for (const effect of effects) if (rounds >= effectRoundsMin) coverage.expect(effect, hitsMin);
  for (const line of coverage.table()) print(line);
  const missing = coverage.missing();
  for (const line of missing) print(`covered too little: ${line}`);
  return failed === 0 && missing.length === 0;
}

/** What faults must have led to in a run that is long enough. */
const effects = ['fenced', 'zombie commit: fenced', 'restored with state', 'folded', 'outbox: sent again'];
const effectRoundsMin = 30;

export interface Wire {
  readonly servers: WireServers;
  close(): Promise<void>;
}

export async function openWire(behind: {
  readonly brokers: readonly string[];
  readonly database: { readonly url: string; readonly port: number };
  readonly crashDatabase: (() => Promise<void>) | null;
}): Promise<Wire> {
  const { brokers, database, crashDatabase } = behind;
  let director: WireDirector | null = null;
  const current = (): WireDirector | null => director;
  const random = createRandom(database.port);
  const kafka = await startKafkaProxy({ brokers, director: current });
  const postgres = await startPostgresProxy({ port: () => database.port, random, director: current });
  return {
    servers: {
      live: { brokers, databaseUrl: database.url, schemaRegistryUrl: null },
      workers: { brokers: kafka.brokers, databasePort: postgres.port, schemaRegistryUrl: null },
      direct(next) {
        director = next;
      },
      crashDatabase,
    },
    async close() {
      await kafka.close();
      await postgres.close();
    },
  };
}
