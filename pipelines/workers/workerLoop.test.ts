/** Laws of the loop over what the log and the committer may answer, with both simulated. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { StatePacker } from '#pipelines/commit/statePack.js';
import type { CommitOutcome, Committer, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { ConsumerHandlers, LogBatch, LogConsumer } from '#pipelines/log/eventLog.js';
import type { TaskGraph, ThreadContext, Topology } from './topology.js';
import { type LoopParts, WorkerLoop } from './workerLoop.js';

const topic = 'in';

interface Scene {
  readonly records: number;
  /** Throws where the operator is to be at fault. */
  readonly read?: (offset: number) => void;
  readonly outcome?: (commit: TaskCommit) => CommitOutcome;
  readonly restore?: (claims: number) => void;
  readonly afterPoll?: (handlers: ConsumerHandlers, polls: number) => Promise<void>;
  readonly cycleRowsMax?: number;
}

/** Runs until every record is committed; fails where that takes more polls than it ever should. */
async function play(scene: Scene) {
  let nowMs = 1_000;
  let polls = 0;
  let claims = 0;
  let position: number | null = null;
  const stored = { next: 0, commits: 0, rejected: 0, read: [] as number[], claimed: 0 };
  let open: number[] = [];
  const graph: TaskGraph = {
    read(record) {
      scene.read?.(record.offset);
      open.push(record.offset);
      return { kind: 'accepted' };
    },
    endCycle: () => undefined,
    states: new Map(),
    dispose: () => undefined,
  };
  const committer: Committer = {
    async claim(topologyId, task) {
      claims++;
      open = [];
      const nextOffsets = new Map([[topic, stored.next]]);
      return {
        topology: topologyId,
        task,
        epoch: claims,
        owner: 'me',
        commitNumber: stored.commits,
        nextOffsets,
        clockMs: 0,
      };
    },
    restoreState: async () => scene.restore?.(claims),
    async commit([commit]) {
      if (commit === undefined) return new Map();
      const next = commit.nextOffsets.get(topic) ?? 0;
      const mine = open.filter((offset) => offset < next);
      open = open.filter((offset) => offset >= next);
      const outcome = scene.outcome?.(commit) ?? 'committed';
      if (outcome === 'committed') {
        stored.read.push(...mine);
        stored.rejected += commit.tally.frames.rejected;
        stored.next = next;
        stored.commits++;
      }
      return new Map([[commit.claim.task, outcome]]);
    },
    close: async () => undefined,
  };
  const topologyUnderTest = {
    id: 'test',
    version: 1,
    topics: [topic],
    open: async () => ({ openTask: () => graph, dispose: () => undefined }),
  } satisfies Topology;
  const thread = {
    messages: { deadLetter: () => ({ messageId: 'm', topic: 'out', key: 'k', value: null }) },
  } as unknown as ThreadContext;
  const quiet = () => undefined;

  const consume = async (handlers: ConsumerHandlers): Promise<LogConsumer> => {
    position = (await handlers.assigned(0)).get(topic) ?? 0;
    return {
      async poll() {
        polls++;
        nowMs += 600;
        if (polls > 200) throw new Error(`no end after ${polls} polls: ${JSON.stringify(stored)}`);
        if (stored.next === scene.records) loop.stop();
        const from = position ?? scene.records;
        const batches: LogBatch[] = [];
        if (from < scene.records) {
          const records = Array.from({ length: scene.records - from }, (_, i) => ({
            topic,
            partition: 0,
            offset: from + i,
            timestampMs: 1,
            key: null,
            value: null,
            headers: null,
          }));
          // Two batches: what becomes of the first must not make the second a loss.
          const half = Math.ceil(records.length / 2);
          for (const part of [records.slice(0, half), records.slice(half)])
            batches.push({ topic, partition: 0, highWatermark: scene.records, records: part });
          position = scene.records;
        }
        await scene.afterPoll?.(handlers, polls);
        return batches;
      },
      pause: quiet,
      resume: quiet,
      seek: (_task, offsets) => {
        position = offsets.get(topic) ?? 0;
      },
      close: async () => undefined,
    };
  };
  const parts: LoopParts = {
    topology: topologyUnderTest,
    open: await topologyUnderTest.open(),
    thread,
    committer,
    pool: new ChunkPool(),
    packer: new StatePacker(),
    limits: { cycleRowsMax: scene.cycleRowsMax ?? 1_000_000, cycleBytesMax: 1e9, cycleAgeMs: 1_000 },
    log: { info: quiet, warn: quiet, error: quiet },
    now: () => nowMs,
    readDirectory: async () => undefined,
    fetch: async () => undefined,
    consume,
    claimed: () => {
      stored.claimed++;
    },
    committed: quiet,
  };
  const loop = new WorkerLoop(parts);
  await loop.run();
  return { ...stored, claims, inUseBytes: parts.pool.inUseBytes };
}

const offsets = (n: number) => Array.from({ length: n }, (_, i) => i);

test('every record is committed once, in order', async (t) => {
  const { read, claims } = await play({ records: 100 });
  t.deepEqual(read, offsets(100));
  t.is(claims, 1);
});

for (const outcome of ['unknown', 'fenced'] as const)
  test(`a task whose commit is ${outcome} and that stays ours is claimed again and loses nothing`, async (t) => {
    let first = true;
    const { read, claims, claimed } = await play({
      records: 100,
      outcome: () => {
        const now = first ? outcome : 'committed';
        first = false;
        return now;
      },
    });
    t.deepEqual(read, offsets(100));
    t.is(claims, 2);
    t.is(claimed, 2, 'an earlier commit may have left something to say');
  });

test('records that all make an operator throw are dead-lettered one by one, and the rest goes on', async (t) => {
  const { read, rejected } = await play({
    records: 20,
    read: (offset) => {
      if (offset < 15) throw new Error('operator at fault');
    },
  });
  t.deepEqual(read, [15, 16, 17, 18, 19]);
  t.is(rejected, 15);
});

test('a full pool costs the task its memory, and no record is called poisonous for it', async (t) => {
  let full = true;
  const { read, rejected } = await play({
    records: 10,
    read: (offset) => {
      if (offset !== 5 || !full) return;
      full = false;
      throw new BalancinError('LIMIT_REACHED', 'full');
    },
  });
  t.deepEqual(read, offsets(10));
  t.is(rejected, 0);
});

test('a task fenced between its claim and its restore is claimed again', async (t) => {
  let first = true;
  const { read, claims } = await play({
    records: 10,
    outcome: () => {
      const now = first ? 'unknown' : 'committed';
      first = false;
      return now;
    },
    restore: (claims) => {
      if (claims === 2) throw new BalancinError('FENCED', 'another claimed it');
    },
  });
  t.deepEqual(read, offsets(10));
  t.is(claims, 3);
});

test('all memory is given back in the end', async (t) => {
  const { inUseBytes } = await play({
    records: 3,
    read: (offset) => {
      if (offset === 1) throw new Error('operator at fault');
    },
  });
  // Commits own theirs once handed over: this committer keeps that of the one dead letter.
  t.true(inUseBytes <= 4_096);
});
