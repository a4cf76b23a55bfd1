/** The faults that the proxies can do, and who decides when: a seeded plan, met by counting opportunities. */
import type { Pool } from 'pg';
import type { Random } from '../random.js';

/** A fault strikes at a message of the protocol; beside each, what the worker is left with. */
export const wireFaults = {
  'commit-lost': 'the fence and COMMIT never reach the server',
  'commit-answer-lost': 'COMMIT was done, nobody says so',
  'commit-zombie': 'COMMIT arrives after the task was claimed anew: the fence must refuse it',
  'commit-late':
    'COMMIT arrives a moment after its connection is gone: before, between or after the next claim',
  'commit-overtaken': 'another claims the task just before COMMIT arrives, and is never heard of again',
  'copy-half': 'the connection is cut in the middle of a CopyData message',
  'copy-unended': 'the connection is cut before CopyDone',
  'claim-lost': 'the claim never reaches the server',
  'claim-answer-lost': 'the claim was made, nobody says so',
  'restore-cut': 'the connection is cut between two rows of the state that is restored',
  'outbox-delete-lost': 'messages are out and acknowledged, their rows stay',
  'outbox-delete-answer-lost': 'the rows are gone, nobody says so',
  'connect-refused': 'a new connection to the database is cut at once',
  'fetch-cut': 'half of an answer with records, then nothing',
  'join-lost': 'a request to join the group is lost',
  'join-answer-lost': 'the member joined and does not know its id',
  'sync-lost': 'the request for the assignment is lost',
  'heartbeat-lost': 'a heartbeat and its connection are lost',
  'produce-lost': 'messages of the outbox never reach the broker',
  'produce-answer-lost': 'messages of the outbox are stored, nobody says so',
  'metadata-error': 'the cluster says that a topic has no leader',
  'offsets-lost': 'a question for offsets is lost',
} as const;

export type WireFault = keyof typeof wireFaults;
const wireFaultNames = Object.keys(wireFaults) as WireFault[];

/** Met in a recovery: there faults come thicker. */
const recovery = new Set<WireFault>([
  'claim-lost',
  'claim-answer-lost',
  'restore-cut',
  'connect-refused',
  'join-lost',
  'join-answer-lost',
  'sync-lost',
  'metadata-error',
  'offsets-lost',
]);

/** Opportunities between two strikes of one kind, at most: seldom ones strike at once. */
const spacingMax: Partial<Record<WireFault, number>> = {
  'commit-lost': 4,
  'commit-answer-lost': 4,
  'commit-zombie': 4,
  'commit-late': 4,
  'commit-overtaken': 4,
  'copy-half': 10,
  'copy-unended': 10,
  'restore-cut': 2,
  'connect-refused': 3,
  'fetch-cut': 6,
  'heartbeat-lost': 2,
};

const strikesMax = 3;
const commitsBefore = 30;
const thickForMs = 2_000;
const thickShare = 0.25;
const thickMax = 3;

/** Kind to the opportunities at which it strikes, counted from 1. */
export type WirePlan = ReadonlyMap<WireFault, readonly number[]>;

export function planWire(random: Random): WirePlan {
  return new Map(
    someFaults(random).map((kind) => {
      const strikes = 1 + random.below(strikesMax);
      let at = 0;
      return [kind, Array.from({ length: strikes }, () => (at += 1 + random.below(spacingMax[kind] ?? 1)))];
    }),
  );
}

/** Each of them as soon as it can strike: for a short run that must meet them all. */
export function planAtOnce(kinds: readonly WireFault[]): WirePlan {
  return new Map(kinds.map((kind) => [kind, [1]]));
}

/** What befalls COMMITs among real processes: each in every second round, some commits after the start. */
export function planCommits(random: Random): WirePlan {
  const kinds: readonly WireFault[] = ['commit-lost', 'commit-answer-lost', 'commit-overtaken'];
  const some = kinds.filter(() => random.chance(0.5));
  return new Map(some.map((kind) => [kind, [1 + random.below(commitsBefore)]]));
}

/** About a third of all kinds: enough to meet in pairs, few enough that the workers get on between them. */
function someFaults(random: Random): WireFault[] {
  const some = wireFaultNames.filter(() => random.chance(0.35));
  return some.length > 0 ? some : [random.pick(wireFaultNames)];
}

export interface WireDirector {
  /** Counts an opportunity; true where the fault is to happen now. */
  strikes(kind: WireFault): boolean;
  /** Claims tasks as somebody else, who never comes back. */
  overtake(tasks: readonly number[]): Promise<void>;
  /** Something that tells what the faults led to, for the coverage table. */
  note(effect: string): void;
  /** No fault any more. */
  cease(): void;
  /** Every planned strike has happened. */
  readonly done: boolean;
  readonly hits: ReadonlyMap<string, number>;
  readonly lastHitMs: number;
}

export interface DirectorParts {
  readonly plan: WirePlan;
  readonly random: Random;
  /** Where the tasks are claimed that somebody else overtakes. */
  readonly pool: Pool;
  readonly say: (line: string) => void;
}

export function createDirector({ plan, random, pool, say }: DirectorParts): WireDirector {
  const seen = new Map<WireFault, number>();
  const hits = new Map<string, number>();
  let active = true;
  let thick = 0;
  let lastHitMs = 0;
  const count = (name: string): void => void hits.set(name, (hits.get(name) ?? 0) + 1);
  const planned = (kind: WireFault): boolean => plan.get(kind)?.includes(seen.get(kind) ?? 0) === true;
  return {
    strikes(kind) {
      if (!active) return false;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      const nowMs = performance.now();
      const inRecovery =
        recovery.has(kind) && lastHitMs > 0 && nowMs - lastHitMs < thickForMs && thick < thickMax;
      const more = inRecovery && random.chance(thickShare);
      if (!planned(kind) && !more) return false;
      if (more) thick++;
      lastHitMs = nowMs;
      count(kind);
      say(`${kind} (opportunity ${seen.get(kind)}${more ? ', in a recovery' : ''})`);
      return true;
    },
    async overtake(tasks) {
      for (const task of tasks)
        await pool.query("SELECT FROM balancin.claim_task('wells', $1, 'nobody/0/0/0')", [task]);
    },
    note(effect) {
      count(effect);
      say(`→ ${effect}`);
    },
    cease() {
      active = false;
    },
    get done() {
      return [...plan].every(([kind, strikes]) => (seen.get(kind) ?? 0) >= (strikes.at(-1) ?? 0));
    },
    hits,
    get lastHitMs() {
      return lastHitMs;
    },
  };
}
