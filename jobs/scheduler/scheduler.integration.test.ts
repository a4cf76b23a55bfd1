/** The scheduler's invariants, on a real database: numbers refer to the list on top of scheduler.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createPool } from '#pipelines/database/pool.js';
import { BalancinError } from '#schemas/errors.js';
import type { JobTenant } from '../tenants/listTenants.js';
import type { CatchUp, CellJob, JobRun, TenantJob } from './job.js';
import { silentLog } from './jobLog.js';
import { pruneJobRuns } from './pruneJobRuns.js';
import { createScheduler, type Scheduler, type SchedulerOptions } from './scheduler.js';

const hourMs = 3_600_000;
const leaseMs = 900;
const noonMs = Date.parse('2026-05-10T12:00:00Z');
const everything: CatchUp = { policy: 'all', horizonMs: 48 * hourMs, slotsMax: 48 };

async function database(t: ExecutionContext): Promise<Pool> {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url, connectionsMax: 8 });
  t.teardown(() => pool.end());
  return pool;
}

function hourly(run: (run: JobRun) => Promise<void>, options: Partial<CellJob> = {}): CellJob {
  return {
    name: 'hourly',
    per: 'cell',
    schedule: { pattern: '0 * * * *', timeZone: 'UTC' },
    catchUp: everything,
    attemptsMax: 3,
    run,
    ...options,
  };
}

function runner(
  t: ExecutionContext,
  pool: Pool,
  options: Partial<SchedulerOptions> & Pick<SchedulerOptions, 'jobs'>,
): Scheduler {
  const scheduler = createScheduler({
    pool,
    listTenants: () => Promise.resolve([]),
    owner: `runner-${Math.random()}`,
    log: silentLog,
    now: () => noonMs,
    leaseMs,
    retryDelayMs: 10,
    concurrentMax: 4,
    graceMs: 2_000,
    ...options,
  });
  t.teardown(() => scheduler.stop());
  return scheduler;
}

interface Row {
  readonly name: string;
  readonly slot: Date;
  readonly outcome: string | null;
  readonly attempt: number;
  readonly error: string | null;
  readonly duration_ms: number | null;
}

async function runs(pool: Pool): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `select name, slot, outcome, attempt, error, duration_ms from balancin.job_run
     where outcome is distinct from 'registered' order by name, slot`,
  );
  return rows;
}

/** As if the job had been seen first at that time. */
async function registeredAt(pool: Pool, name: string, atMs: number): Promise<void> {
  await pool.query(
    `insert into balancin.job_run (name, slot, outcome, owner, lease_until)
     values ($1, $2, 'registered', 'test', now())`,
    [name, new Date(atMs)],
  );
}

async function finish(scheduler: Scheduler): Promise<void> {
  await scheduler.tick();
  await scheduler.idle();
}

test('1: of many runners that see a slot, one runs it, and once it is done none does', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  let ran = 0;
  const job = hourly(async () => {
    ran++;
    await sleep(50);
  });
  const runners = Array.from({ length: 5 }, () => runner(t, pool, { jobs: [job] }));
  await Promise.all(runners.map(finish));
  await Promise.all(runners.map(finish));
  t.is(ran, 1);
  const [row] = await runs(pool);
  t.like(row, { name: 'hourly', slot: new Date(noonMs), outcome: 'done', attempt: 1, error: null });
  t.true((row?.duration_ms ?? 0) >= 45);
});

test('a job seen for the first time owes nothing of the past', async (t) => {
  const pool = await database(t);
  let ran = 0;
  const job = hourly(async () => void ran++);
  await finish(runner(t, pool, { jobs: [job] }));
  t.is(ran, 0);
  await finish(runner(t, pool, { jobs: [job], now: () => noonMs + hourMs }));
  t.is(ran, 1);
});

test('2: two slots of one name never run at once, whoever the runners are', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - 6 * hourMs);
  let atOnce = 0;
  let most = 0;
  const slots: number[] = [];
  const job = hourly(async ({ slotMs }) => {
    most = Math.max(most, ++atOnce);
    slots.push(slotMs);
    await sleep(15);
    atOnce--;
  });
  const runners = Array.from({ length: 3 }, () => runner(t, pool, { jobs: [job] }));
  for (let round = 0; round < 8 && slots.length < 6; round++) await Promise.all(runners.map(finish));
  t.is(most, 1);
  t.deepEqual(
    slots,
    [5, 4, 3, 2, 1, 0].map((ago) => noonMs - ago * hourMs),
  );
});

test('3: a slot whose runner died is taken over after its lease, not before', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  await pool.query(
    `insert into balancin.job_run (name, slot, owner, lease_until)
     values ('hourly', $1, 'dead', clock_timestamp() + interval '1 hour')`,
    [new Date(noonMs)],
  );
  const attempts: number[] = [];
  const scheduler = runner(t, pool, { jobs: [hourly(async ({ attempt }) => void attempts.push(attempt))] });
  await finish(scheduler);
  t.deepEqual(attempts, []);
  await pool.query(
    `update balancin.job_run set lease_until = clock_timestamp() - interval '1 ms' where outcome is null`,
  );
  await finish(scheduler);
  t.deepEqual(attempts, [2]);
  t.like((await runs(pool))[0], { outcome: 'done', attempt: 2 });
});

test('3: a slot that killed its runner each time is given up, and the next one runs', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - 2 * hourMs);
  await pool.query(
    `insert into balancin.job_run (name, slot, owner, attempt, lease_until)
     values ('hourly', $1, 'dead', 3, clock_timestamp() - interval '1 s')`,
    [new Date(noonMs - hourMs)],
  );
  const slots: number[] = [];
  await finish(runner(t, pool, { jobs: [hourly(async ({ slotMs }) => void slots.push(slotMs))] }));
  t.deepEqual(slots, [noonMs]);
  t.deepEqual(
    (await runs(pool)).map((row) => row.outcome),
    ['abandoned', 'done'],
  );
});

test('3: a run longer than its lease keeps it by renewing', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  let ran = 0;
  const job = hourly(async () => {
    ran++;
    await sleep(3 * leaseMs);
  });
  const [first, second] = [runner(t, pool, { jobs: [job] }), runner(t, pool, { jobs: [job] })];
  const done = finish(first);
  await sleep(2 * leaseMs);
  await finish(second);
  await done;
  t.is(ran, 1);
});

test('3: whoever lost a slot is told, and what it says of it no longer counts', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  let told: unknown = null;
  const job = hourly(async ({ signal }) => {
    await pool.query(`update balancin.job_run set owner = 'another', attempt = 2 where outcome is null`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    told = signal.reason;
  });
  await finish(runner(t, pool, { jobs: [job] }));
  t.true(told instanceof BalancinError && told.code === 'FENCED');
  t.like((await runs(pool))[0], { outcome: null, attempt: 2 });
});

test('a failed slot is tried again after a wait, until its attempts are used up', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  let ran = 0;
  const job = hourly(async () => {
    ran++;
    throw new Error('the printer is on fire');
  });
  const scheduler = runner(t, pool, { jobs: [job] });
  for (let i = 0; i < 5; i++) {
    await finish(scheduler);
    await sleep(60);
  }
  t.is(ran, 3);
  t.like((await runs(pool))[0], { outcome: 'failed', attempt: 3, error: 'the printer is on fire' });
});

test('a fault that trying again cannot cure is not tried again', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  let ran = 0;
  const job = hourly(async () => {
    ran++;
    throw new BalancinError('CONFIG_INVALID', 'no such language');
  });
  const scheduler = runner(t, pool, { jobs: [job] });
  for (let i = 0; i < 3; i++) {
    await finish(scheduler);
    await sleep(30);
  }
  t.is(ran, 1);
});

test('one job that fails keeps no other from running', async (t) => {
  const pool = await database(t);
  const ran: string[] = [];
  const jobs = ['bad', 'good'].map((name) =>
    hourly(
      async () => {
        ran.push(name);
        if (name === 'bad') throw new Error('no');
      },
      { name },
    ),
  );
  for (const { name } of jobs) await registeredAt(pool, name, noonMs - hourMs);
  await finish(runner(t, pool, { jobs, concurrentMax: 1 }));
  t.deepEqual(ran.sort(), ['bad', 'good']);
});

test('4: after a standstill each job makes up for what its policy says, in order', async (t) => {
  const pool = await database(t);
  const ran: Record<string, number[]> = { all: [], last: [], none: [] };
  const jobs = (['all', 'last', 'none'] as const).map((policy) =>
    hourly(async ({ slotMs }) => void ran[policy]?.push((noonMs - slotMs) / hourMs), {
      name: policy,
      schedule: { pattern: '30 * * * *', timeZone: 'UTC' },
      catchUp: { policy, horizonMs: 10 * hourMs, slotsMax: 4 },
    }),
  );
  for (const { name } of jobs) await registeredAt(pool, name, noonMs - 40 * hourMs);
  await finish(runner(t, pool, { jobs }));
  t.deepEqual(ran, { all: [3.5, 2.5, 1.5, 0.5], last: [0.5], none: [] });
});

test("a tenant's slots are its own, in its own local time", async (t) => {
  const pool = await database(t);
  const tenant = (slug: string, timeZone: string): JobTenant => ({
    slug,
    title: slug,
    timeZone,
    cutOffMinutes: 360,
    machineLearning: true,
    retentionDays: null,
  });
  const tenants = [tenant('norte', 'America/Mexico_City'), tenant('sur', 'America/Argentina/Buenos_Aires')];
  for (const { slug } of tenants) await registeredAt(pool, `daily:${slug}`, noonMs - 24 * hourMs);
  const job: TenantJob = {
    name: 'daily',
    per: 'tenant',
    schedule: ({ timeZone }) => ({ pattern: '30 6 * * *', timeZone }),
    catchUp: everything,
    attemptsMax: 3,
    run: async () => {},
  };
  await finish(runner(t, pool, { jobs: [job], listTenants: () => Promise.resolve(tenants) }));
  t.deepEqual(
    (await runs(pool)).map((row) => [row.name, row.slot.toISOString()]),
    [
      ['daily:norte', '2026-05-09T12:30:00.000Z'],
      ['daily:sur', '2026-05-10T09:30:00.000Z'],
    ],
  );
});

test('5: after a stop nothing runs, and the unfinished slot is free for others at once, its attempt not counted', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - hourMs);
  const job = hourly(async ({ signal }) => {
    await sleep(5_000, undefined, { signal });
  });
  const scheduler = runner(t, pool, { jobs: [job] });
  await scheduler.start();
  await sleep(30);
  await scheduler.stop();
  const attempts: number[] = [];
  await finish(runner(t, pool, { jobs: [hourly(async ({ attempt }) => void attempts.push(attempt))] }));
  t.deepEqual(attempts, [1]);
  await scheduler.tick();
  t.is((await runs(pool)).length, 1);
});

test('names that run at the same time stay within the limit', async (t) => {
  const pool = await database(t);
  let atOnce = 0;
  let most = 0;
  let reached: () => void = () => undefined;
  const two = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const jobs = Array.from({ length: 6 }, (_, i) =>
    hourly(
      async () => {
        most = Math.max(most, ++atOnce);
        if (most === 2) reached();
        // The first waits for the second however slow the machine; a third that should not run gets its time to show.
        await two;
        await sleep(20);
        atOnce--;
      },
      { name: `job${i}` },
    ),
  );
  for (const { name } of jobs) await registeredAt(pool, name, noonMs - hourMs);
  await finish(runner(t, pool, { jobs, concurrentMax: 2 }));
  t.is(most, 2);
  t.is((await runs(pool)).length, 6);
});

test('pruning forgets old runs but never the newest of a job', async (t) => {
  const pool = await database(t);
  await registeredAt(pool, 'hourly', noonMs - 5 * hourMs);
  await finish(runner(t, pool, { jobs: [hourly(async () => {})] }));
  await registeredAt(pool, 'asleep', noonMs - 900 * hourMs);
  t.is(await pruneJobRuns(pool, noonMs - hourMs), 4);
  t.is((await runs(pool)).length, 2);
  const { rows } = await pool.query(`select from balancin.job_run where name = 'asleep'`);
  t.is(rows.length, 1);
});
