/** What happens to real processes and servers in a round: kinds, and a seeded plan of when. */
import type { Random } from '../random.js';

export const realFaults = {
  'worker-killed': 'kill -9; another process is started in its place',
  'worker-stopped': 'SIGSTOP past the session timeout, then SIGCONT: it wakes as a zombie',
  'worker-joins': 'one process more, under load',
  'worker-leaves': 'SIGTERM under load; another is started later',
  'rebalance-in-restore':
    'one more process joins, and once a task is claimed the claimer is killed or yet another joins',
  'broker-killed': 'kill -9 of a broker of three; it comes back',
  'registry-away': 'the registry cannot be reached while a process joins and frames of another schema come',
  'database-crashed': 'immediate shutdown of PostgreSQL; it recovers and comes back',
  'transaction-aborted': 'frames in a transaction that is aborted, on the topics in',
  'disk-full': 'not a byte is left on the disk of the database for some seconds',
} as const;

export type RealFault = keyof typeof realFaults;
const realFaultNames = Object.keys(realFaults) as RealFault[];

export interface PlannedFault {
  readonly kind: RealFault;
  readonly atMs: number;
  /** In [0, 1): which worker, which broker, how long. */
  readonly choice: number;
}

/** Costly ones less often: a broker takes seconds to come back. */
const shares: Readonly<Record<RealFault, number>> = {
  'worker-killed': 0.7,
  'worker-stopped': 0.35,
  'worker-joins': 0.35,
  'worker-leaves': 0.35,
  'rebalance-in-restore': 0.4,
  'broker-killed': 0.3,
  'registry-away': 0.3,
  'database-crashed': 0.45,
  'transaction-aborted': 0.5,
  // Rounds of its own: a database on a small disk.
  'disk-full': 0,
};

/** After these there is a recovery, and in it another fault comes this often. */
const recoveries: readonly RealFault[] = [
  'worker-killed',
  'database-crashed',
  'broker-killed',
  'worker-leaves',
];
const thickShare = 0.5;
const thickWithinMs = 2_500;
const thickKinds: readonly RealFault[] = [
  'worker-killed',
  'worker-killed',
  'database-crashed',
  'worker-joins',
];

/** In order of time, over `durationMs`. */
export function planReal(random: Random, durationMs: number): PlannedFault[] {
  const planned: PlannedFault[] = [];
  const add = (kind: RealFault, atMs: number): void =>
    void planned.push({ kind, atMs: Math.round(atMs), choice: random.next() });
  let kinds = realFaultNames.filter((kind) => random.chance(shares[kind]));
  if (kinds.length === 0) kinds = [random.pick(realFaultNames)];
  for (const kind of kinds) {
    const atMs = random.next() * durationMs;
    add(kind, atMs);
    if (recoveries.includes(kind) && random.chance(thickShare))
      add(random.pick(thickKinds), atMs + random.next() * thickWithinMs);
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}

/** For a database on a small disk: full in mid-traffic, with a worker killed while it is. */
export function planDiskFull(random: Random, durationMs: number): PlannedFault[] {
  const atMs = Math.round(random.next() * durationMs * 0.5);
  const plan: PlannedFault[] = [{ kind: 'disk-full', atMs, choice: random.next() }];
  if (random.chance(0.7))
    plan.push({ kind: 'worker-killed', atMs: atMs + random.below(3_000), choice: random.next() });
  return plan;
}

export const describePlanned = ({ kind, atMs, choice }: PlannedFault): string =>
  `${kind} at ${atMs} ms, choice ${choice.toFixed(3)}`;
