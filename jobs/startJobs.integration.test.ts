/** The jobs as they are started for real: rollups, partitions and a mailed report out of a day's standstill. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createPool } from '#pipelines/database/pool.js';
import { BalancinError } from '#schemas/errors.js';
import { jobCatalogue } from './catalogue.js';
import { deliverReport } from './deliverReport.js';
import { reportKind } from './reports/reportKinds.js';
import { readSubscriptions } from './reports/subscriptions/readSubscriptions.js';
import { saveSubscription } from './reports/subscriptions/saveSubscription.js';
import type { JobContext } from './jobContext.js';
import { runReport } from './runReport.js';
import { silentLog } from './scheduler/jobLog.js';
import { slotsBetween } from './scheduler/slots.js';
import { startJobs } from './startJobs.js';
import { insertPartials, seedTenant } from './tenants/seedTenant.fixture.js';
import { readTenant } from './tenants/readTenant.js';
import { setDayRule } from './tenants/setDayRule.js';

const hourMs = 3_600_000;
const startMs = Date.parse('2026-05-14T09:00:00Z');
// Three nights later, after 06:30 in Bogotá: three reports were missed, and the newest alone is still news.
const laterMs = Date.parse('2026-05-17T12:00:00Z');

interface Stage {
  readonly pool: Pool;
  readonly outboxDir: string;
}

async function stage(t: ExecutionContext): Promise<Stage> {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url, connectionsMax: 6, statementTimeoutMs: 0 });
  const outboxDir = await mkdtemp(join(tmpdir(), 'balancin-jobs-'));
  t.teardown(async () => {
    await pool.end();
    await rm(outboxDir, { recursive: true });
  });
  const tenant = await seedTenant(pool, { slug: 'andina', wells: ['W1'] });
  await setDayRule(pool, 'andina', { timeZone: 'America/Bogota', cutOffMinutes: 360 });
  await insertPartials(pool, tenant.schema, [
    {
      bucketMs: Date.parse('2026-05-16T15:00:00Z'),
      wellId: tenant.wellIds[0] ?? 0,
      tagId: 1,
      samples: 60,
      good: 60,
      flags: 1,
      sum: 60,
      sumSquares: 60,
      min: 1,
      max: 1,
      first: 1,
      last: 1,
      firstMs: 0,
      lastMs: 59_000,
      task: 0,
      commit: 1,
    },
  ]);
  return { pool, outboxDir };
}

/** Until so many slots are done. */
async function runAt({ pool, outboxDir }: Stage, nowMs: number, done: number): Promise<void> {
  const jobs = await startJobs({
    pool,
    outboxDir,
    version: '1',
    mailFrom: 'informes@balancin.example',
    log: silentLog,
    now: () => nowMs,
  });
  for (;;) {
    const { rows } = await pool.query(`select from balancin.job_run where outcome = 'done'`);
    if (rows.length >= done) break;
    await sleep(20);
  }
  await jobs.stop();
}

test('after a standstill the rollup is up to date, and of three missed reports the newest is mailed, once', async (t) => {
  const on = await stage(t);
  await saveSubscription(on.pool, 'andina', {
    kind: 'daily',
    language: 'es',
    recipients: ['ana@andina.example'],
  });
  await runAt(on, startMs, 0);
  t.deepEqual(await readdir(on.outboxDir), []);
  for (let i = 0; i < 3; i++) await runAt(on, laterMs, 7);
  t.deepEqual((await readdir(on.outboxDir)).sort(), [
    'andina-daily-2026-05-16-es.eml',
    'andina-daily-2026-05-16-es.pdf',
  ]);
  const { rows } = await on.pool.query<{ name: string; outcome: string }>(
    `select name, outcome from balancin.job_run where outcome <> 'registered' order by name`,
  );
  t.deepEqual(
    rows.map((row) => `${row.name} ${row.outcome}`),
    [
      'checkpoints done',
      'drift done',
      'partitions done',
      'prune done',
      'report:daily:andina done',
      'retention done',
      'rollup done',
    ],
  );
  const { rows: hours } = await on.pool.query(`select samples from t_andina.reading_1h`);
  t.deepEqual(hours, [{ samples: 60 }]);
});

test('a report asked for is mailed to whom it was asked for, and its path is told', async (t) => {
  const { pool, outboxDir } = await stage(t);
  const run = await runReport('daily', {
    pool,
    tenant: 'andina',
    language: 'en',
    version: '1',
    requestedBy: 'ana',
    now: () => laterMs,
  });
  const deliveries = await deliverReport({
    pool,
    tenant: 'andina',
    run,
    recipients: ['ana@andina.example'],
    outboxDir,
    mailFrom: 'informes@balancin.example',
    log: silentLog,
  });
  const where = join(outboxDir, 'andina-daily-2026-05-16-en.pdf');
  t.deepEqual(deliveries, [{ recipient: 'ana@andina.example', outcome: 'sent', where }]);
  t.deepEqual(await readFile(where), Buffer.from(run.pdf));
});

test("a report is due half an hour after each tenant's own cut-off, about the day that ended with it", async (t) => {
  const { pool } = await stage(t);
  await setDayRule(pool, 'andina', { timeZone: 'America/Bogota', cutOffMinutes: 23 * 60 + 45 });
  const tenant = await readTenant(pool, 'andina');
  const kind = reportKind('daily');
  const [slotMs = 0] = slotsBetween(kind.schedule(tenant), {
    afterMs: startMs,
    untilMs: startMs + 24 * hourMs,
    slotsMax: 9,
  });
  t.is(new Date(slotMs).toISOString(), '2026-05-15T05:15:00.000Z');
  t.is(kind.dayOf(slotMs, tenant), '2026-05-13');
});

test('a subscription takes plain addresses, each once, and nobody ends it', async (t) => {
  const { pool } = await stage(t);
  const save = (recipients: string[], tenant = 'andina', kind = 'daily'): Promise<void> =>
    saveSubscription(pool, tenant, { kind, language: 'en', recipients });
  await save(['a@x.example', 'b@x.example', 'a@x.example']);
  t.deepEqual(await readSubscriptions(pool, 'andina', 'daily'), [
    { language: 'en', recipients: ['a@x.example', 'b@x.example'] },
  ]);
  await save([]);
  t.deepEqual(await readSubscriptions(pool, 'andina', 'daily'), []);
  const codeOf = async (work: Promise<void>): Promise<string | undefined> =>
    (await t.throwsAsync(work, { instanceOf: BalancinError }))?.code;
  t.is(await codeOf(save(['Ana <a@x.example>'])), 'USAGE');
  t.is(await codeOf(save(['a@x.example'], 'nobody')), 'NOT_FOUND');
  t.is(await codeOf(save(['a@x.example'], 'andina', 'weekly')), 'USAGE');
  t.is(await codeOf(save(Array.from({ length: 101 }, (_, i) => `a${i}@x.example`))), 'LIMIT_REACHED');
});

test('every job has a name of its own and a pattern that can be reckoned with', (t) => {
  const jobs = jobCatalogue({ log: silentLog } as unknown as JobContext);
  const tenant = {
    slug: 'a',
    title: 'A',
    timeZone: 'America/Bogota',
    cutOffMinutes: 360,
    machineLearning: true,
    retentionDays: null,
  };
  t.is(new Set(jobs.map((job) => job.name)).size, jobs.length);
  for (const job of jobs) {
    const schedule = job.per === 'cell' ? job.schedule : job.schedule(tenant);
    const slots = slotsBetween(schedule, { afterMs: startMs, untilMs: startMs + 48 * hourMs, slotsMax: 999 });
    t.true(slots.length >= 2, job.name);
  }
});
