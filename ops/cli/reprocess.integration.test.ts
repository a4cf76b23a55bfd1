import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { takeCheckpoints } from '#pipelines/checkpoints/takeCheckpoints.js';
import { conservation } from '#pipelines/conservation/conservation.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { rollUp } from '#jobs/rollup/rollUp.js';
import { runCli } from './cliProcess.fixture.js';
import { eventually, openTestCell, partitions, type TestCell, tenant } from '#topologies/test/testCell.js';

const topic = 'edge.telemetry.v1';
const site = 'norte';
const wells = Array.from({ length: 3 }, (_, n) => ({ site, well: `W-${n}` }));
const hourMs = 3_600_000;
const startMs = Math.floor(Date.now() / hourMs) * hourMs - 12 * hourMs;

/** A frame a minute and well from `minute` on; every tenth one comes an hour late, every fifteenth is of no well. */
async function publish(
  cell: TestCell,
  minutes: { readonly from: number; readonly to: number },
): Promise<void> {
  const batch = [];
  for (let minute = minutes.from; minute < minutes.to; minute++) {
    for (const [n, { well }] of wells.entries()) {
      const lateMs = minute % 10 === 9 ? hourMs : 0;
      const value = encodeFrame(
        {
          tenant,
          site,
          well: minute % 15 === 14 ? 'nobody' : well,
          stream: 's',
          epoch: 1,
          seq: minute + 1,
          t0: startMs + minute * 60_000 - lateMs,
          historical: false,
          series: [
            {
              tag: 'well.whp',
              dtMs: Array.from({ length: 6 }, (_, i) => i * 10_000),
              value: Array.from({ length: 6 }, (_, i) => ((minute * 31 + n * 7 + i * 3) % 400) / 8),
              quality: new Uint8Array(0),
            },
          ],
        },
        cell.schemaId,
      );
      batch.push({ topic, key: `${tenant}/${site}`, value });
    }
  }
  await cell.producer.append(batch);
}

async function untilRead(t: ExecutionContext, cell: TestCell): Promise<void> {
  const high = (await cell.log.offsets(topic)).map((range) => range.high);
  await eventually(t, 'all read, all windows closed', async () => {
    const { rows } = await cell.pool.query<{ task: number; next: number }>(
      `SELECT task, coalesce((next_offsets ->> '${topic}')::int, 0) AS next FROM balancin.task`,
    );
    if (!high.every((end, task) => (rows.find((row) => row.task === task)?.next ?? 0) >= end)) return false;
    const client = await cell.pool.connect();
    try {
      const sums = await conservation(client, { samples: true });
      t.deepEqual(
        sums.filter(({ difference }) => difference !== 0),
        [],
      );
    } finally {
      client.release();
    }
    const [counts] = (
      await cell.pool.query<{ n: number }>(
        `SELECT coalesce(sum(total) FILTER (WHERE name IN ('written', 'late')), 0)::int AS n FROM balancin.task_tally
         WHERE measure = 'samples'`,
      )
    ).rows;
    const [stored] = await cell.rows<{ n: number }>(
      'SELECT coalesce(sum(samples), 0)::int AS n FROM reading_1m',
    );
    return counts !== undefined && stored?.n === counts.n;
  });
}

interface Stored {
  readonly minutes: unknown[];
  readonly hours: unknown[];
  readonly days: unknown[];
  readonly letters: unknown[];
}

/** With the rollups brought up to date. Partials differ with the cycles; merged rows must not. */
async function stored(cell: TestCell): Promise<Stored> {
  await rollUp(cell.pool, tenant);
  const { rows: letters } = await cell.pool.query(
    `SELECT topic, partition, record_offset, arrived_at, key, value, reason, detail, tenant FROM balancin.dead_letter
     ORDER BY 1, 2, 3`,
  );
  const merged = `bucket, well_id, tag_id, samples::int, good::int, flags, sum, sum_squares, min, max, first, last, first_ms, last_ms`;
  return {
    minutes: await cell.rows(`SELECT ${merged} FROM reading_1m_merged ORDER BY 1, 2, 3`),
    hours: await cell.rows(`SELECT ${merged} FROM reading_1h ORDER BY 1, 2, 3`),
    days: await cell.rows(`SELECT ${merged} FROM reading_1d ORDER BY 1, 2, 3`),
    letters,
  };
}

interface Reprocessed {
  readonly done: boolean;
  readonly tasks: readonly {
    readonly task: number;
    readonly takenAt: string | null;
    readonly offsetsBack: number;
  }[];
  readonly deleted: Readonly<Record<string, number>>;
}

async function reprocess(
  t: ExecutionContext,
  cell: TestCell,
  args: readonly string[],
  code = 0,
): Promise<Reprocessed> {
  const done = await runCli(['reprocess', '--topic', topic, ...args, '--json'], {
    cwd: mkdtempSync(join(tmpdir(), 'balancin-reprocess-')),
    env: { DATABASE_URL: cell.thread.databaseUrl, BALANCIN_PARTITIONS: String(partitions) },
  });
  t.is(done.code, code, done.stderr);
  return JSON.parse(done.stdout) as Reprocessed;
}

test('reprocessing leaves the same merged minutes, hours, days and dead letters, with workers that run and that are stopped', async (t) => {
  const cell = await openTestCell(t, { wells });
  let supervisor = cell.startWorkers(2);
  await publish(cell, { from: 0, to: 100 });
  await untilRead(t, cell);
  await takeCheckpoints(cell.pool, { kept: 3 });
  const then = await stored(cell);
  // By the database's clock, which stamps both checkpoints and arrivals.
  const now = async (): Promise<string> =>
    (await cell.pool.query<{ at: Date }>('SELECT clock_timestamp() AS at')).rows[0]?.at.toISOString() ?? '';
  await sleep(50);
  const from = await now();
  await publish(cell, { from: 100, to: 400 });
  await untilRead(t, cell);
  await takeCheckpoints(cell.pool, { kept: 3 });
  const before = await stored(cell);
  t.true(before.minutes.length > then.minutes.length && before.hours.length > then.hours.length);
  t.true(before.letters.length > then.letters.length);

  const shown = await reprocess(t, cell, ['--from', from]);
  t.false(shown.done);
  t.is(shown.tasks.length, 1, 'one site, one partition');
  t.is(shown.tasks[0]?.offsetsBack, 300 * wells.length);
  t.truthy(shown.tasks[0]?.takenAt);
  t.deepEqual(await stored(cell), before, 'only said what it would do');

  // While workers run: they are fenced, and find the way back by themselves.
  const running = await reprocess(t, cell, ['--from', from, '--yes']);
  t.true(
    running.done && (running.deleted['reading_1m'] ?? 0) > 0 && (running.deleted['dead_letter'] ?? 0) > 0,
  );
  await untilRead(t, cell);
  t.deepEqual(await stored(cell), before);

  // While none runs: what is left is what there was at the checkpoint, hours and days too.
  await supervisor.stop();
  await reprocess(t, cell, ['--from', from, '--yes']);
  t.deepEqual(await stored(cell), then);
  supervisor = cell.startWorkers(1);
  await untilRead(t, cell);
  t.deepEqual(await stored(cell), before);

  // From before the first checkpoint: all of it.
  await reprocess(t, cell, ['--from', '2000-01-01T00:00:00Z', '--yes']);
  await untilRead(t, cell);
  t.deepEqual(await stored(cell), before);
  const { rows } = await cell.pool.query('SELECT FROM balancin.checkpoint');
  t.is(rows.length, 0, 'checkpoints after the place gone back to stand on what was deleted');

  // Past the log's retention nothing is touched.
  await cell.pool.query(`UPDATE balancin.log_partition SET low_offset = least(5, next_offset)`);
  const refused = (await reprocess(t, cell, ['--from', '2000-01-01T00:00:00Z', '--yes'], 1)) as unknown;
  t.like(refused, { error: { code: 'OFFSET_OUT_OF_RANGE' } });
  await reprocess(t, cell, ['--from', 'yesterday'], 2);
  t.deepEqual(await stored(cell), before);
});

test('of a task as many checkpoints are kept as are asked for, and one that has not moved is not kept twice', async (t) => {
  const cell = await openTestCell(t, { wells });
  cell.startWorkers(1);
  for (let n = 0; n < 4; n++) {
    await publish(cell, { from: 20 * n, to: 20 * n + 20 });
    await untilRead(t, cell);
    t.is((await takeCheckpoints(cell.pool, { kept: 2 })).taken, 1);
  }
  t.is((await takeCheckpoints(cell.pool, { kept: 2 })).taken, 0);
  const { rows } = await cell.pool.query('SELECT FROM balancin.checkpoint');
  t.is(rows.length, 2);
  const { rows: state } = await cell.pool.query('SELECT DISTINCT checkpoint FROM balancin.checkpoint_state');
  t.is(state.length, 2);
});
