/** Carries out the faults of a plan at their times, on the processes and servers of a round. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaServer } from '#ops/servers/kafka.js';
import type { CrashableDatabase } from '../live/liveServers.js';
import type { PlannedFault, RealFault } from './realFaults.js';
import type { RegistryGate } from './registryGate.js';
import { meetFullDisk } from './meetFullDisk.js';
import type { SmallDisk } from './smallDisk.js';
import type { WorkerFleet, WorkerProcess } from './workerFleet.js';

export interface RealScene {
  readonly fleet: WorkerFleet;
  readonly kafka: KafkaServer;
  readonly database: CrashableDatabase;
  /** The database's, where it is one that can be filled. */
  readonly disk: SmallDisk | null;
  readonly registry: RegistryGate;
  /** Resolves with the next claim of any task, or null after that long. */
  readonly nextClaim: (timeoutMs: number) => Promise<{ readonly ownerPid: number } | null>;
  /** From now on a part of the frames is written with another schema. */
  readonly evolve: () => Promise<void>;
  readonly abortTransaction: () => Promise<void>;
  readonly say: (line: string) => void;
  readonly count: (what: string) => void;
}

const sessionMs = 3_000;
const processesMax = 4;

/** Resolves when all have happened and what they broke stands again. */
export async function strikeAll(scene: RealScene, plan: readonly PlannedFault[]): Promise<void> {
  const startMs = performance.now();
  // One broker and one database crash at a time: two of three brokers down is no fault to survive.
  const oneBroker = createQueue();
  const oneDatabase = createQueue();
  await Promise.all(
    plan.map(async (fault) => {
      await sleep(Math.max(0, startMs + fault.atMs - performance.now()));
      const strike = async (): Promise<void> => {
        scene.say(`${fault.kind} begins`);
        scene.count(fault.kind);
        await strikes[fault.kind](scene, fault.choice);
        scene.say(`${fault.kind} is over`);
      };
      if (fault.kind === 'broker-killed') await oneBroker(strike);
      else if (fault.kind === 'database-crashed') await oneDatabase(strike);
      else await strike();
    }),
  );
}

const strikes: Readonly<Record<RealFault, (scene: RealScene, choice: number) => Promise<void>>> = {
  async 'worker-killed'({ fleet, say }, choice) {
    const worker = pick(fleet.living, choice);
    say(`kill -9 ${worker?.name}`);
    worker?.signal('SIGKILL');
    await sleep(200 + choice * 800);
    await join(fleet);
  },

  async 'worker-stopped'({ fleet, say }, choice) {
    const worker = pick(fleet.living, choice);
    if (worker === undefined) return;
    say(`SIGSTOP ${worker.name}`);
    worker.signal('SIGSTOP');
    await sleep(sessionMs + 500 + choice * 1_500);
    worker.signal('SIGCONT');
  },

  async 'worker-joins'({ fleet }) {
    await join(fleet);
  },

  async 'worker-leaves'({ fleet, say, count }, choice) {
    const worker = pick(fleet.living, choice);
    if (worker === undefined) return;
    say(`SIGTERM ${worker.name}`);
    const left = await worker.leave();
    // Another fault may have killed it meanwhile.
    if (left) count('left by itself');
    await join(fleet);
  },

  async 'rebalance-in-restore'({ fleet, nextClaim, say }, choice) {
    await join(fleet);
    const claim = await nextClaim(6_000);
    if (claim === null) return;
    const claimer = fleet.living.find(({ pid }) => pid === claim.ownerPid);
    if (choice < 0.5 && claimer !== undefined) {
      say(`kill -9 ${claimer.name}, which has just claimed a task`);
      claimer.signal('SIGKILL');
    }
    await join(fleet);
  },

  async 'broker-killed'({ kafka, say }, choice) {
    const id = Math.floor(choice * 3);
    say(`kill -9 broker ${id}`);
    await kafka.kill(id);
    await sleep(500 + choice * 1_500);
    await kafka.restart(id);
  },

  async 'registry-away'({ fleet, registry, evolve }, choice) {
    await evolve();
    registry.shut();
    await join(fleet);
    await sleep(1_500 + choice * 1_000);
    registry.open();
  },

  async 'database-crashed'({ database }) {
    await database.crash();
  },

  async 'disk-full'({ database, disk, say, count }, choice) {
    if (disk === null) return;
    await disk.fill();
    const met = await meetFullDisk(database.url);
    say(met);
    count(`disk full: ${met}`);
    await sleep(1_500 + choice * 2_000);
    await disk.free();
    await database.revive();
  },

  async 'transaction-aborted'({ abortTransaction }) {
    await abortTransaction();
    await sleep(400);
    await abortTransaction();
  },
};

/** The machine bears so many. */
async function join(fleet: WorkerFleet): Promise<void> {
  if (fleet.living.length < processesMax) await fleet.start();
}

function pick(workers: readonly WorkerProcess[], choice: number): WorkerProcess | undefined {
  return workers[Math.floor(choice * workers.length)];
}

function createQueue(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
