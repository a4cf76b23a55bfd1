/** Laws of the loop over what the log, the committer and the operators may answer, with all of them simulated. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { chunkSizesBytes } from '#pipelines/commit/chunkPool.js';
import type { CommitOutcome } from '#pipelines/commit/taskCommit.js';
import type { ReadOutcome } from '#pipelines/source.js';
import { play, World } from './loopScene.js';

const offsets = (n: number) => Array.from({ length: n }, (_, i) => i);
const schemaMiss: ReadOutcome = { kind: 'miss', miss: { kind: 'schema', schemaId: 7 } };

/** True the first time. */
function once(): () => boolean {
  let first = true;
  return () => {
    const now = first;
    first = false;
    return now;
  };
}

test('every record is committed once, in order', async (t) => {
  const world = await play({ records: 100 });
  t.deepEqual(world.of(0).read, offsets(100));
  t.is(world.of(0).claims, 1);
});

for (const outcome of ['unknown', 'fenced'] as const)
  test(`a task whose commit is ${outcome} and that stays ours is claimed again and loses nothing`, async (t) => {
    const isFirst = once();
    const world = await play({ records: 100, outcome: () => (isFirst() ? outcome : 'committed') });
    t.deepEqual(world.of(0).read, offsets(100));
    t.is(world.of(0).claims, 2);
    t.is(world.claimed, 2, 'an earlier commit may have left something to say');
    t.deepEqual(world.of(0).left[0], { state: null, reason: null }, 'nothing died');
  });

test('records that all make an operator throw are dead-lettered one by one, and the rest goes on', async (t) => {
  const world = await play({
    records: 20,
    read: (offset) => {
      if (offset < 15) throw new Error('operator at fault');
    },
  });
  t.deepEqual(world.of(0).read, [15, 16, 17, 18, 19]);
  t.is(world.of(0).rejected, 15);
});

test('a full pool costs the task its memory, and no record is called poisonous for it', async (t) => {
  const isFirst = once();
  const world = await play({
    records: 10,
    read: (offset) => {
      if (offset === 5 && isFirst()) throw new BalancinError('LIMIT_REACHED', 'full');
    },
  });
  t.deepEqual(world.of(0).read, offsets(10));
  t.is(world.of(0).rejected, 0);
});

for (const where of ['on the record', 'at the end of its cycle'] as const)
  test(`a record that reaches a limit by itself, ${where}, is dead-lettered once, and the rest goes on`, async (t) => {
    let tries = 0;
    const full = (): never => {
      tries++;
      throw new BalancinError('LIMIT_REACHED', 'full');
    };
    const world = await play({
      records: 12,
      read: (offset) => {
        if (where === 'on the record' && offset === 5) full();
      },
      endCycle: (_task, _nowMs, open) => {
        if (where === 'at the end of its cycle' && open.includes(5)) full();
      },
    });
    t.deepEqual(
      world.of(0).read,
      offsets(12).filter((offset) => offset !== 5),
    );
    t.is(world.of(0).rejected, 1);
    t.true(tries <= 3, `${tries} tries`);
  });

test('a task fenced between its claim and its restore is claimed again', async (t) => {
  const isFirst = once();
  const world = await play({
    records: 10,
    outcome: () => (isFirst() ? 'unknown' : 'committed'),
    restore: (claims) => {
      if (claims === 2) throw new BalancinError('FENCED', 'another claimed it');
    },
  });
  t.deepEqual(world.of(0).read, offsets(10));
  t.is(world.of(0).claims, 3);
});

test('a commit that was given up because the database is away costs memory, never the thread', async (t) => {
  const isFirst = once();
  const world = await play({
    records: 10,
    outcome: () => {
      if (isFirst()) throw new BalancinError('DATABASE_UNAVAILABLE', 'away');
      return 'committed';
    },
  });
  t.deepEqual(world.of(0).read, offsets(10));
});

test('all memory is given back in the end', async (t) => {
  const world = await play({
    records: 3,
    read: (offset) => {
      if (offset === 1) throw new Error('operator at fault');
    },
  });
  t.is(world.pool.inUseBytes, 0);
  t.is(world.loop.heldBytes, 0);
});

test('what a record lacks stops its task alone: paused, the others go on, and it goes on where it was', async (t) => {
  let answer: () => void = () => undefined;
  let known = false;
  const world = new World({
    records: 50,
    tasks: [0, 1],
    read: (offset, task) => (task === 0 && offset === 20 && !known ? schemaMiss : undefined),
    fetch: () =>
      new Promise((resolve) => {
        answer = () => {
          known = true;
          resolve();
        };
      }),
    afterPoll: (w, polls) => {
      if (polls !== 10) return;
      t.is(w.of(1).next, 50, 'the other task has gone on');
      t.like(w.line(0), { state: 'waiting', reason: 'schema 7 of the registry' });
      t.true(w.paused.has(0));
      answer();
    },
  });
  await world.loop.run();
  t.deepEqual(world.of(0).read, offsets(50));
  t.deepEqual(world.of(1).read, offsets(50));
  t.is(world.of(0).claims, 1);
  t.false(world.paused.has(0));
});

test('what is away is asked again, and its errors count against no record', async (t) => {
  let asked = 0;
  const world = await play({
    records: 10,
    read: (offset) => (offset === 3 && asked < 4 ? schemaMiss : undefined),
    fetch: async () => {
      asked++;
      if (asked < 4) throw new BalancinError('REGISTRY_UNAVAILABLE', 'away');
    },
  });
  t.deepEqual(world.of(0).read, offsets(10));
  t.is(world.of(0).rejected, 0);
  t.is(asked, 4);
});

test('more than its share of held records is let go, and read again from the log', async (t) => {
  const tasks = [0, 1, 2, 3];
  let known = false;
  const valueBytes = 10_000;
  let heldMax = 0;
  const world = await play({
    records: 1_000,
    tasks,
    valueBytes,
    read: (offset) => (offset === 5 && !known ? schemaMiss : undefined),
    fetch: async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      known = true;
    },
    afterPoll: ({ loop }) => {
      heldMax = Math.max(heldMax, loop.heldBytes);
    },
  });
  for (const task of tasks) t.deepEqual(world.of(task).read, offsets(1_000));
  t.true(heldMax <= 16 * 1024 * 1024);
  t.true(heldMax > 1_000 * valueBytes, 'the test reaches the limit');
  t.true(world.polledRecords > 4_000, 'some were read twice');
});

test('a task whose commit the database refuses stops alone and says why, until an operator resumes it', async (t) => {
  let refuses = true;
  const world = new World({
    records: 30,
    tasks: [0, 1],
    outcome: ({ claim }) => (claim.task === 0 && refuses ? 'refused' : 'committed'),
    afterPoll: (w, polls) => {
      if (polls === 20) {
        t.is(w.of(1).next, 30, 'the other task has gone on');
        t.like(w.line(0), { state: 'stopped' });
        t.regex(w.line(0)?.reason ?? '', /refuses what this task commits/);
        t.regex(w.of(0).stoppedReason ?? '', /refuses/, 'also to who looks from outside');
        t.true(world.paused.has(0));
      }
      if (polls === 30) {
        refuses = false;
        w.of(0).stoppedReason = null;
      }
    },
  });
  await world.loop.run();
  t.deepEqual(world.of(0).read, offsets(30));
});

test('a task that the log cannot serve stops alone', async (t) => {
  const world = await play({
    records: 30,
    tasks: [0, 1],
    afterPoll: async ({ handlers }, polls) => {
      if (polls === 1) handlers?.failed(0, new BalancinError('OFFSET_OUT_OF_RANGE', 'past the retention'));
    },
    isDone: ({ stored }) => stored.get(1)?.next === 30,
  });
  t.is(world.of(0).next, 0);
  t.regex(world.of(0).stoppedReason ?? '', /past the retention/);
});

test('a throw at the end of a cycle costs its task alone: read alone, the record at fault is dead-lettered', async (t) => {
  const world = await play({
    records: 12,
    tasks: [0, 1],
    aloneRecords: 3,
    endCycle: (task, _, open) => {
      if (task === 0 && open.includes(7)) throw new Error('cannot close a window');
    },
  });
  t.deepEqual(
    world.of(0).read,
    offsets(12).filter((o) => o !== 7),
  );
  t.is(world.of(0).rejected, 1);
  t.deepEqual(world.of(1).read, offsets(12));
  t.is(world.of(1).claims, 1);
  t.true(world.of(0).left.some(({ state }) => state === 'alone'));
  t.true(
    world.of(0).left.some(({ state }) => state === 'free'),
    'trusted again in the end',
  );
});

test('a throw at the end of every cycle, whatever is read, quarantines its task, and the others go on', async (t) => {
  const world = await play({
    records: 12,
    tasks: [0, 1],
    endCycle: (task) => {
      if (task === 0) throw new Error('always');
    },
    isDone: (w) => w.of(1).next === 12 && w.line(0)?.state === 'quarantined',
  });
  t.is(world.of(0).next, 0);
  t.true(world.of(0).left.some(({ state }) => state === 'quarantined'));
  t.deepEqual(world.of(1).read, offsets(12));
});

test('a task that must run alone writes each record down before it reads it, and commits it alone', async (t) => {
  const open = new Map<number, number>();
  const world = await play({
    records: 10,
    tasks: [0, 1],
    judge: (task) => (task === 0 ? { state: 'alone', condemned: null } : { state: 'free' }),
    aloneRecords: 6,
    read: (offset, task) => {
      if (task === 0 && offset < 6) open.set(offset, world0.of(0).suspects.at(-1) ?? -1);
    },
    afterPoll: (w) => {
      world0 = w;
    },
  });
  t.deepEqual(
    [...open],
    offsets(6).map((o) => [o, o]),
  );
  t.deepEqual(world.of(0).suspects, offsets(6));
  t.is(world.of(0).commits, 7, 'one each, and one for the rest');
  t.deepEqual(world.of(0).begun, [1], 'then it reads as any other');
  t.deepEqual(world.of(0).read, offsets(10));
});
let world0: World;

test('the record that workers died on is dead-lettered unread', async (t) => {
  const read: number[] = [];
  const world = await play({
    records: 10,
    aloneRecords: 1,
    judge: () => ({ state: 'alone', condemned: { topic: 'in', offset: 0 } }),
    read: (offset) => void read.push(offset),
  });
  t.deepEqual(read, offsets(10).slice(1));
  t.is(world.of(0).rejected, 1);
});

test('a quarantined task is not read, says why, and is read once an operator resumes it', async (t) => {
  let verdict: 'quarantined' | 'free' = 'quarantined';
  const world = await play({
    records: 10,
    tasks: [0, 1],
    judge: (task) =>
      task === 0 && verdict === 'quarantined'
        ? { state: 'quarantined', reason: 'died twice' }
        : { state: 'free' },
    afterPoll: (w, polls) => {
      if (polls < 5) w.of(0).stoppedReason = 'died twice';
      if (polls !== 5) return;
      t.like(w.line(0), { state: 'quarantined', reason: 'died twice' });
      t.is(w.of(1).next, 10);
      verdict = 'free';
      w.of(0).stoppedReason = null;
    },
  });
  t.deepEqual(world.of(0).read, offsets(10));
});

test('a task revoked while its commit is under way is left when the commit is answered, and comes to nothing more', async (t) => {
  let answer: () => void = () => undefined;
  let answeredAtLeave: boolean | null = null;
  let answered = false;
  const world = await play({
    records: 30,
    tasks: [0, 1],
    cycleRowsMax: 1,
    outcome: async ({ claim }): Promise<CommitOutcome> => {
      if (claim.task === 0 && !answered) {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        answered = true;
      }
      return 'committed';
    },
    afterPoll: (w, polls) => {
      if (polls === 3) {
        void w.revoke(0).then(() => {
          answeredAtLeave = answered;
        });
        setTimeout(() => answer(), 20);
      }
    },
    isDone: (w) => w.of(1).next === 30 && answeredAtLeave !== null,
  });
  t.true(answeredAtLeave);
  t.is(world.line(0), undefined);
  t.deepEqual(world.of(0).left, [{ state: null, reason: null }]);
});

test('tasks that stay are not claimed again when others come and go', async (t) => {
  const world = await play({
    records: 40,
    tasks: [0, 1, 2],
    cycleRowsMax: 1,
    afterPoll: async (w, polls) => {
      if (polls === 2) await w.revoke(1);
      if (polls === 4) await w.assign(1);
      if (polls === 6) await w.revoke(2);
    },
    isDone: (w) => w.of(0).next === 40 && w.of(1).next === 40 && w.polls > 8,
  });
  t.deepEqual(
    [0, 1, 2].map((task) => world.of(task).claims),
    [1, 2, 1],
  );
  t.deepEqual(world.of(0).read, offsets(40));
  t.deepEqual(world.of(1).read, offsets(40));
});

test('a task that cannot be restored stops alone', async (t) => {
  const world = await play({
    records: 10,
    tasks: [0, 1],
    restore: (_, task) => {
      if (task === 0)
        throw new BalancinError('STATE_VERSION', 'stored as version 2, this program reads version 1');
    },
    afterPoll: (w) => {
      t.like(w.line(0), { state: 'stopped', reason: 'stored as version 2, this program reads version 1' });
    },
    isDone: (w) => w.of(1).next === 10,
  });
  t.is(world.of(0).next, 0);
});

test('a stop ends the loop while a task waits for something that does not come', async (t) => {
  const world = await play({
    records: 10,
    tasks: [0, 1],
    read: (offset, task) => (task === 0 && offset === 4 ? schemaMiss : undefined),
    fetch: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    isDone: (w) => w.of(1).next === 10 && w.polls > 5,
  });
  t.deepEqual(world.of(0).read, offsets(4), 'what was read is committed');
  t.deepEqual(world.of(0).left.at(-1), { state: null, reason: null });
});

test('a log that is away costs nothing: it is polled again', async (t) => {
  const world = await play({
    records: 10,
    poll: (polls) => {
      if (polls % 2 === 1) throw new BalancinError('LOG_UNAVAILABLE', 'away');
    },
  });
  t.deepEqual(world.of(0).read, offsets(10));
  t.is(world.of(0).claims, 1);
});

test('a loop that dies by a fault of its own does not leave its tasks: it counts as a death', async (t) => {
  const world = new World({
    records: 10,
    poll: (polls) => {
      if (polls === 4) throw new TypeError('a fault');
    },
    isDone: () => false,
  });
  await t.throwsAsync(world.loop.run(), { instanceOf: TypeError });
  t.deepEqual(world.of(0).left, []);
  const refused = new World({
    records: 10,
    poll: (polls) => {
      if (polls === 4) throw new BalancinError('AUTHENTICATION', 'the login is refused');
    },
    isDone: () => false,
  });
  await t.throwsAsync(refused.loop.run(), { code: 'AUTHENTICATION' });
  t.deepEqual(refused.of(0).left, [{ state: null, reason: null }], 'what is around it is not its fault');
});

test('while records wait the cycle’s clock is the arrival of the last one read, then that of the log’s end', async (t) => {
  const clocks: [number, number][] = [];
  const arrivalMs = (offset: number) => 100 + offset / 1_000;
  const world = await play({
    records: 20_000,
    cycleRowsMax: 1,
    arrivalMs,
    endCycle: (_, nowMs, open) => {
      clocks.push([open.at(-1) ?? -1, nowMs]);
    },
    isDone: (w) => w.of(0).next === 20_000 && w.polls > 6,
  });
  const behind = clocks.filter(([offset]) => offset >= 0 && offset < 19_999);
  t.true(behind.length >= 2);
  for (const [offset, nowMs] of behind) t.is(nowMs, arrivalMs(offset));
  t.true((clocks.at(-1)?.[1] ?? 0) > 1_000, 'caught up: the wall clock');
  t.true(world.nowMs >= (clocks.at(-1)?.[1] ?? 0));
});

test('arrivals are noted by the log’s clock, be it ahead of ours or behind', async (t) => {
  for (const firstMs of [10_000_000, 500]) {
    const world = new World({ records: 3_000, arrivalMs: (offset) => firstMs + offset });
    await world.loop.run();
    const { arrivedMs, clockMs } = world.of(0);
    t.is(arrivedMs, firstMs + 2_999);
    t.true(clockMs >= arrivedMs);
  }
});

test('an old record of one topic is not taken for the latest arrival of all, by a claim that knows none', async (t) => {
  const scene = (silentTopics: Readonly<Record<string, number>>) => {
    const isFirst = once();
    return {
      records: 10,
      arrivalMs: () => 7,
      silentTopics,
      outcome: (): CommitOutcome => (isFirst() ? 'unknown' : 'committed'),
    };
  };
  const world = await play(scene({ backfill: 40 }));
  t.is(world.of(0).claims, 2);
  t.is(world.of(0).arrivedMs, 0, 'what backfill holds below 40 may have arrived later');
  t.is((await play(scene({}))).of(0).arrivedMs, 7);
});

test('a batch that is passed by moves the next offset, though nothing follows it, and only after what is before it', async (t) => {
  const passed = { from: 90, to: 99 };
  const heldBack = once();
  const world = await play({
    records: 100,
    passed,
    arrivalMs: (offset) => (offset === passed.to ? 10_000_000 : offset),
    read: (offset) => (offset === 89 && heldBack() ? schemaMiss : undefined),
  });
  const { next, read, counted, skipped, arrivedMs, clockMs, rejected } = world.of(0);
  t.is(next, 100);
  t.deepEqual(read, offsets(90));
  t.deepEqual([counted, skipped, rejected], [90, 10, 0]);
  t.is(arrivedMs, 10_000_000, 'or its arrival would make the log look like another one');
  t.true(clockMs < 10_000_000, 'a damaged time moves no clock');
});

test('the lag is told in records and in time, and is 0 once all is read', async (t) => {
  const lags: (readonly [number, number])[] = [];
  const world = new World({
    records: 6_000,
    arrivalMs: () => 500,
    afterPoll: (w) => {
      const line = w.line(0);
      if (line !== undefined) lags.push([line.lagRecords, line.lagMs]);
    },
    isDone: (w) => w.of(0).next === 6_000 && w.polls > 4,
  });
  await world.loop.run();
  t.true(lags.some(([records, ms]) => records === 2_000 && ms > 1_000));
  t.deepEqual(lags.at(-1), [0, 0]);
});

test('a database a hundred times slower is waited for: rows and held records stay under their limits, and the lag is told', async (t) => {
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  const rowBytes = 1_000;
  const cycleBytesMax = 256 * 1024;
  let rowBytesPeak = 0;
  let heldBytesPeak = 0;
  let commits = 0;
  const lags: (readonly [number, number])[] = [];
  const look = (w: World): void => {
    rowBytesPeak = Math.max(rowBytesPeak, w.pool.inUseBytes);
    heldBytesPeak = Math.max(heldBytesPeak, w.loop.heldBytes);
    const line = w.line(0);
    if (line !== undefined) lags.push([line.lagRecords, line.lagMs]);
  };
  const world = new World({
    records: 20_000,
    valueBytes: 1_000,
    rowBytes,
    cycleBytesMax,
    arrivalMs: () => 500,
    begin: slow,
    outcome: async (): Promise<CommitOutcome> => {
      commits++;
      look(world);
      await slow();
      world.nowMs += 2_000;
      look(world);
      return 'committed';
    },
    afterPoll: look,
  });
  await world.loop.run();
  t.deepEqual(world.of(0).read, offsets(20_000));
  t.true(commits > 40, 'the limit of a cycle was met again and again');
  // One cycle is answered for while the next one fills; each is measured every 32 records, and rounded up to chunks.
  const slackBytes = 32 * 2 * rowBytes + 2 * Math.max(...chunkSizesBytes);
  t.true(rowBytesPeak > cycleBytesMax && rowBytesPeak <= 2 * (cycleBytesMax + slackBytes), `${rowBytesPeak}`);
  t.true(heldBytesPeak > 0 && heldBytesPeak <= 16 * 1024 * 1024, `${heldBytesPeak}`);
  t.true(
    lags.some(([records, ms]) => records > 10_000 && ms > 10_000),
    'told in records and in time',
  );
  t.is(world.pool.inUseBytes, 0);
});
