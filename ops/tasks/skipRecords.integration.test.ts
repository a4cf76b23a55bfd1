import test, { type ExecutionContext } from 'ava';
import { createPool } from '#pipelines/database/pool.js';
import { createTaskTrials } from '#pipelines/workers/taskTrials.js';
import { createUnreadableBatches } from '#pipelines/workers/unreadableBatches.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { skipRecords } from './skipRecords.js';

const topic = 'edge.telemetry.v1';
const topology = 'wells';
const arrivedMs = Date.UTC(2026, 2, 1, 6);
const batch = { topic, firstOffset: 100, lastOffset: 119, arrivedMs, why: 'it would become too much' };
const by = { topology, actor: 'ana@control', why: 'a load test, the owner was told' };
const place = (offset: number) => ({ topic, partition: 3, offset });
const logFrom = (low: number) => async () => ({
  offsets: async () => Array.from({ length: 4 }, () => ({ low, high: 500 })),
});

/** Task 3 stands at offset 90, ten records before the batch that stopped it. */
async function scene(t: ExecutionContext) {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  await pool.query(
    `INSERT INTO balancin.task (topology, task, epoch, owner, commit_number, next_offsets)
     VALUES ($1, 3, 5, 'host/1', 7, '{"edge.telemetry.v1": 90, "edge.backfill.v1": 4}')`,
    [topology],
  );
  await pool.query('SELECT balancin.note_stopped($1, 3, $2)', [topology, 'cannot go on']);
  const state = async () => {
    const [task] = (await pool.query(`SELECT epoch::int, next_offsets AS next FROM balancin.task`)).rows;
    const letters = await pool.query(
      'SELECT record_offset::int AS "offset", reason, detail, cycle::float8 AS cycle FROM balancin.dead_letter',
    );
    const audit = await pool.query(`SELECT subject, detail FROM balancin.audit WHERE action = 'task.skip'`);
    return { task: task as unknown, letters: letters.rows as unknown[], audit: audit.rows as unknown[] };
  };
  return { pool, state, batches: createUnreadableBatches(pool), trials: createTaskTrials(pool) };
}

test('a batch that stopped its task is passed only once an operator says why; a dead letter and the audit say so', async (t) => {
  const { pool, state, batches, trials } = await scene(t);
  const nextOffsets = new Map([[topic, 90]]);
  await batches.note(topology, 3, batch);
  await batches.note(topology, 3, batch);
  t.deepEqual(await batches.skipped(topology, 3, nextOffsets), []);
  t.deepEqual(await trials.resumed(topology, [3]), []);
  const order = { ...by, place: place(100) };
  t.deepEqual(await skipRecords(pool, logFrom(0), order), {
    ...place(100),
    topology,
    lastOffset: 119,
    reason: 'unreadable-batch',
  });
  const { why: _, ...met } = batch;
  t.deepEqual(await batches.skipped(topology, 3, nextOffsets), [{ ...met, skippedBy: by.actor }]);
  t.deepEqual(await batches.skipped(topology, 2, nextOffsets), [], 'another task');
  t.deepEqual(await batches.skipped(topology, 3, new Map([[topic, 120]])), [], 'it was passed');
  t.deepEqual(await trials.resumed(topology, [3]), [3]);
  const { task, letters, audit } = await state();
  t.deepEqual(task, { epoch: 5, next: { [topic]: 90, 'edge.backfill.v1': 4 } }, 'what is before it is read');
  t.like(letters, {
    length: 1,
    0: { offset: 100, reason: 'unreadable-batch', cycle: 3 * 2 ** 40 },
  });
  t.regex((letters[0] as { detail: string }).detail, /100 to 119 .*ana@control: a load test.*too much/);
  t.like(audit, {
    length: 1,
    0: { subject: `wells ${topic}/3@100`, detail: { lastOffset: 119, why: by.why, actor: by.actor } },
  });
  await t.throwsAsync(skipRecords(pool, logFrom(0), order), { code: 'NOT_FOUND' }, 'it was skipped');
});

test('what the log lost is skipped from exactly the next offset, fences its owner and is counted', async (t) => {
  const { pool, state } = await scene(t);
  await t.throwsAsync(skipRecords(pool, logFrom(90), { ...by, place: place(90) }), { code: 'NOT_FOUND' });
  await t.throwsAsync(skipRecords(pool, logFrom(200), { ...by, place: place(150) }), { code: 'USAGE' });
  t.is((await state()).letters.length, 0);
  t.like(await skipRecords(pool, logFrom(200), { ...by, place: place(90) }), {
    lastOffset: 199,
    reason: 'past-log-retention',
  });
  const { task, letters } = await state();
  t.deepEqual(task, { epoch: 6, next: { [topic]: 200, 'edge.backfill.v1': 4 } });
  t.like(letters, { length: 1, 0: { offset: 90, reason: 'past-log-retention' } });
  const { rows } = await pool.query(
    `SELECT total::int FROM balancin.task_tally WHERE measure = 'records' AND name = 'skipped'`,
  );
  t.deepEqual(rows, [{ total: 110 }]);
});
