/** Laws of what kills a worker: real threads and processes die, on the real path, and the one record at fault is passed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { startSupervisor, type Supervisor } from '#pipelines/workers/supervisor.js';
import type { PoolThreadData } from '#pipelines/workers/threadMessages.js';
import { partitionOf } from '#pipelines/log/partitioner.js';
import { eventually, openTestCell, partitions, type TestCell } from './testCell.js';

const topic = 'edge.status.v1';
/** A key of each partition. */
const keys = Array.from({ length: partitions }, (_, p) => {
  for (let i = 0; ; i++) if (partitionOf(`k${i}`, partitions) === p) return `k${i}`;
});

interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly value: Buffer;
}

function deadlyThread(cell: TestCell): PoolThreadData {
  return {
    ...cell.thread,
    topologyUrl: new URL('./deadly.fixture.js', import.meta.url).href,
    limits: { ...cell.thread.limits, cycleAgeMs: 50 },
    aloneRecords: 3,
    heapMbMax: 48,
  };
}

function start(
  t: ExecutionContext,
  cell: TestCell,
  thread: PoolThreadData,
  threads: number,
  said: (fields: Record<string, unknown>) => void = () => undefined,
): Supervisor {
  const supervisor = startSupervisor({
    threads,
    partitions,
    thread,
    restartBackoffMs: 20,
    restartBackoffMaxMs: 100,
    log: { info: said, warn: said, error: said },
  });
  t.teardown(() => supervisor.stop());
  return supervisor;
}

/** Words to a partition: each is one record. */
async function publish(cell: TestCell, partition: number, words: readonly string[]): Promise<void> {
  for (const word of words) await cell.publishBytes(topic, keys[partition] ?? '', Buffer.from(word));
}

async function nextOffsets(cell: TestCell): Promise<number[]> {
  const { rows } = await cell.pool.query<{ task: number; next: number }>(
    `SELECT task, coalesce((next_offsets ->> $1)::int, 0) AS next FROM balancin.task WHERE topology = 'deadly'`,
    [topic],
  );
  return Array.from({ length: partitions }, (_, p) => rows.find(({ task }) => task === p)?.next ?? 0);
}

async function letters(cell: TestCell): Promise<Letter[]> {
  const { rows } = await cell.pool.query<Letter>(
    `SELECT partition, record_offset::int AS offset, reason, value
     FROM balancin.dead_letter ORDER BY 1, 2`,
  );
  return rows;
}

async function written(cell: TestCell): Promise<number> {
  const { rows } = await cell.pool.query<{ total: number }>(
    `SELECT coalesce(sum(total), 0)::int AS total FROM balancin.task_tally
     WHERE topology = 'deadly' AND measure = 'frames' AND name = 'written'`,
  );
  return rows[0]?.total ?? 0;
}

const isPast = (cell: TestCell, wanted: readonly number[]) => async (): Promise<boolean> =>
  (await nextOffsets(cell)).every((next, p) => next >= (wanted[p] ?? 0));

for (const word of ['exit', 'memory'] as const)
  test.serial(
    `a record that kills its thread (${word}) is dead-lettered after three deaths, and all else is read once`,
    async (t) => {
      const cell = await openTestCell(t, { wells: [] });
      for (const p of [0, 1, 2, 3]) await publish(cell, p, ['a', 'b']);
      await publish(cell, 1, [word, 'c', 'd']);
      await publish(cell, 3, ['c']);
      const supervisor = start(t, cell, deadlyThread(cell), 2);
      await eventually(t, 'all records passed', isPast(cell, [2, 5, 2, 3]));
      const found = await letters(cell);
      t.deepEqual(
        found.map(({ partition, offset, reason, value }) => [partition, offset, reason, value.toString()]),
        [[1, 2, 'worker-died', word]],
      );
      t.is(await written(cell), 11);
      t.is(
        supervisor.status().reduce((sum, { restarts }) => sum + restarts, 0),
        3,
      );
      await publish(cell, 1, ['e', 'f', 'g', 'h']);
      await eventually(t, 'trusted again', async () =>
        supervisor.status().every(({ tasks }) => tasks.every(({ state }) => state === 'running')),
      );
      await eventually(t, 'the rest is read', isPast(cell, [2, 9, 2, 3]));
    },
  );

test.serial(
  'a record that kills its process is dead-lettered after three deaths, whoever takes over',
  async (t) => {
    const cell = await openTestCell(t, { wells: [] });
    await publish(cell, 0, ['a', 'b', 'kill', 'c']);
    await publish(cell, 1, ['a']);
    const fixture = fileURLToPath(new URL('./workerProcess.fixture.js', import.meta.url));
    const settings = JSON.stringify({ thread: deadlyThread(cell), partitions, threads: 2 });
    for (let deaths = 0; deaths < 3; deaths++) {
      const child = spawn(process.execPath, [fixture, settings], { stdio: ['ignore', 'ignore', 'inherit'] });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      t.is(signal, 'SIGKILL', 'it died of the record');
    }
    start(t, cell, deadlyThread(cell), 1);
    await eventually(t, 'all records passed', isPast(cell, [4, 1]));
    const found = await letters(cell);
    t.deepEqual(
      found.map(({ partition, offset, reason }) => [partition, offset, reason]),
      [[0, 2, 'worker-died']],
    );
    t.is(await written(cell), 4);
  },
);

test.serial(
  'a process that is stopped or killed while it reads nothing bad, again and again, makes no dead letter',
  async (t) => {
    const cell = await openTestCell(t, { wells: [] });
    const fixture = fileURLToPath(new URL('./workerProcess.fixture.js', import.meta.url));
    const settings = JSON.stringify({ thread: deadlyThread(cell), partitions, threads: 1 });
    for (let round = 0; round < 4; round++) {
      await publish(cell, 0, ['a', 'b', 'c']);
      const child = spawn(process.execPath, [fixture, settings], { stdio: ['ignore', 'ignore', 'inherit'] });
      await eventually(t, 'read', isPast(cell, [3 * (round + 1)]));
      child.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await once(child, 'exit');
    }
    t.deepEqual(await letters(cell), []);
    const { rows } = await cell.pool.query<{ state: string }>(
      `SELECT DISTINCT state FROM balancin.task_trial WHERE topology = 'deadly'`,
    );
    t.deepEqual(rows, [{ state: 'free' }]);
    t.is(await written(cell), 12);
  },
);

test.serial(
  'a throw at the end of a cycle costs no thread: the record at fault is found and passed',
  async (t) => {
    const cell = await openTestCell(t, { wells: [] });
    await publish(cell, 0, ['a', 'cycle', 'b']);
    await publish(cell, 1, ['a', 'throw', 'b']);
    const said: Record<string, unknown>[] = [];
    const supervisor = start(t, cell, deadlyThread(cell), 1, (fields) => said.push(fields));
    await eventually(t, 'all records passed', isPast(cell, [3, 3]));
    const found = await letters(cell);
    t.deepEqual(
      found.map(({ partition, offset, reason }) => [partition, offset, reason]),
      [
        [0, 1, 'operator-threw'],
        [1, 1, 'operator-threw'],
      ],
    );
    for (const partition of [0, 1]) {
      const line = said.find((o) => o['reason'] === 'operator-threw' && o['partition'] === partition);
      t.like(line, { topic, partition, offset: 1 }, 'the log names the place as fields');
    }
    t.is(supervisor.status()[0]?.restarts, 0);
    t.is(await written(cell), 4);
  },
);

test.serial(
  'of two processes on one embedded log the second stands by, and takes over when the first has gone',
  async (t) => {
    const cell = await openTestCell(t, { wells: [] });
    await publish(cell, 0, ['a']);
    const first = start(t, cell, deadlyThread(cell), 1);
    await eventually(t, 'the first reads', isPast(cell, [1]));
    const second = start(t, cell, deadlyThread(cell), 1);
    await eventually(t, 'the second says why it stands by', async () => {
      const [thread] = second.status();
      return thread?.state === 'standby' && thread.reason?.includes('stands by') === true;
    });
    await publish(cell, 0, ['b']);
    await eventually(t, 'the first goes on', isPast(cell, [2]));
    const claims = () => first.status()[0]?.tasks.find(({ task }) => task === 0)?.claims;
    // The status comes by message from the thread, after the commit that the database shows.
    await eventually(t, 'the first reports its task', async () => claims() !== undefined);
    t.is(claims(), 1, 'nobody took its tasks');
    await first.stop();
    await publish(cell, 0, ['c']);
    await eventually(t, 'the second has taken over', isPast(cell, [3]));
    t.is(await written(cell), 3);
  },
);

test.serial('another topology under the same id and version is refused, and says so', async (t) => {
  const cell = await openTestCell(t, { wells: [] });
  await cell.pool.query(
    `SELECT balancin.enter_topology('deadly', 1, 'source others < edge.status.v1', ARRAY['edge.status.v1'])`,
  );
  const supervisor = start(t, cell, deadlyThread(cell), 1);
  await eventually(t, 'refused', async () => supervisor.status()[0]?.state === 'refused');
  t.regex(supervisor.status()[0]?.reason ?? '', /INCOMPATIBLE.*raise its version/);
  t.is(supervisor.status()[0]?.restarts, 0);
  t.is((await supervisor.refused).code, 'INCOMPATIBLE');
});

test.serial(
  'versions of a topology that read the same topics stand side by side, others are refused',
  async (t) => {
    const cell = await openTestCell(t, { wells: [] });
    const enter = async (version: number, structure: string, topics: readonly string[]) => {
      const { rows } = await cell.pool.query<{ refusal: string | null }>(
        'SELECT balancin.enter_topology($1, $2, $3, $4) AS refusal',
        ['flow', version, structure, topics],
      );
      return rows[0]?.refusal ?? null;
    };
    t.is(await enter(1, 'a', ['x', 'y']), null);
    t.is(await enter(1, 'a', ['x', 'y']), null);
    t.regex((await enter(1, 'b', ['x', 'y'])) ?? '', /raise its version/);
    t.is(await enter(2, 'b', ['x', 'y', 'z']), null, 'one topic more');
    t.is(await enter(1, 'a', ['x', 'y']), null, 'the older one goes on beside it');
    t.regex((await enter(3, 'c', ['p'])) ?? '', /another id/);
  },
);

test.serial(
  'a task whose restore kills its thread is stopped after three deaths, and the others go on',
  async (t) => {
    const cell = await openTestCell(t, { wells: [] });
    for (const p of [0, 1, 2, 3]) await publish(cell, p, ['a', 'b']);
    const topologyUrl = new URL('./deadlyRestore.fixture.js', import.meta.url).href;
    const supervisor = start(t, cell, { ...deadlyThread(cell), topologyUrl }, 1);
    await eventually(t, 'the others are read', isPast(cell, [2, 0, 2, 2]));
    await eventually(t, 'quarantined', async () =>
      supervisor.status().some(({ tasks }) => tasks.some(({ state }) => state === 'quarantined')),
    );
    const { rows } = await cell.pool.query<{ task: number; reason: string | null }>(
      `SELECT task, reason FROM balancin.task_trial WHERE topology = 'deadly' AND state <> 'free'`,
    );
    t.deepEqual(
      rows.map(({ task }) => task),
      [1],
    );
    t.regex(rows[0]?.reason ?? '', /while they restored/);
    t.is(
      supervisor.status().reduce((sum, { restarts }) => sum + restarts, 0),
      3,
    );
  },
);
