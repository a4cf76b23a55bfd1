/** Layer 2 of the fault suite: rounds on the wire, on servers that stay. */
import { join } from 'node:path';
import { createRandom, seedOf } from '../random.js';
import { openRunFolder, startBrokers, startCrashableDatabase } from '../live/liveServers.js';
import { runRounds } from '../live/runRounds.js';
import { startKafkaProxy } from './kafkaProxy.js';
import { startPostgresProxy } from './postgresProxy.js';
import type { WireDirector } from './wireFaults.js';
import { runWireRound, type WireServers } from './wireRound.js';

const trafficMs = 2_500;
const patienceMs = 2_000;
const effects = ['fenced', 'zombie commit: fenced'];

/** `replay`: the seed of one round, as a failure names it. */
export async function wireLayer(options: {
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
    const database = await startCrashableDatabase(join(runFolder, 'postgres'));
    closers.push(() => database.stop());
    const kafka = await startBrokers(runFolder, 1);
    closers.push(() => kafka.stop());
    const { brokers } = kafka;
    const wire = await openWire({ brokers, database, crashDatabase: () => database.crash() });
    closers.push(() => wire.close());
    const rounds = replay === null ? options.rounds : 1;
    return await runRounds(
      { name: 'wire', seed, rounds, effects, resume: replay === null ? resume : null, say },
      (round) =>
        runWireRound(wire.servers, {
          seed: replay === null ? seedOf(seed, round) : Number(replay),
          runFolder,
          trafficMs,
          patienceMs,
        }),
    );
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

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
