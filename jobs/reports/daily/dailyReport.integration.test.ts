/** The daily report's numbers against plain SQL on the same rows. */
import test, { type ExecutionContext } from 'ava';
import type { SignalShare } from '#schemas/records/anomaly.js';
import type { Pool } from 'pg';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import type { TemplateRecipe } from '#ops/servers/testTemplate.js';
import { createPool } from '#pipelines/database/pool.js';
import { BalancinError } from '#schemas/errors.js';
import { rollUp } from '../../rollup/rollUp.js';
import { runReport } from '../../runReport.js';
import {
  insertPartials,
  type Partial1m,
  readSeeded,
  type SeededTenant,
  seedTenant,
} from '../../tenants/seedTenant.fixture.js';
import { setDayRule } from '../../tenants/setDayRule.js';
import { dailyFigures } from './dailyFigures.js';
import { type DailyReport, dailyReport } from './dailyReport.js';
import { makeReport } from '../runs/makeReport.js';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const day = '2026-05-14';
// Bogotá is at −05:00 all year.
const fromMs = Date.parse('2026-05-14T11:00:00Z');
const untilMs = fromMs + 24 * hourMs;
const inDay = `bucket >= '2026-05-14 06:00-05' and bucket < '2026-05-15 06:00-05'`;

const andina: TemplateRecipe = {
  ...migrated,
  name: 'jobs_daily',
  async build(url) {
    await migrated.build(url);
    const pool = createPool({ databaseUrl: url });
    await seedTenant(pool, {
      slug: 'andina',
      name: 'Petrolera Andina S.A.',
      wells: ['W1', 'W2', 'W3', 'W4'],
    });
    await setDayRule(pool, 'andina', { timeZone: 'America/Bogota', cutOffMinutes: 360 });
    await pool.end();
  },
};

interface Stage {
  readonly pool: Pool;
  readonly tenant: SeededTenant;
  readonly tag: (name: string) => number;
}

async function stage(t: ExecutionContext): Promise<Stage> {
  const { url } = await testDatabase(t, { template: andina });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  const tenant = await readSeeded(pool, 'andina');
  return { pool, tenant, tag: (name) => tenant.tagIds.get(name) ?? -1 };
}

function minute(of: {
  readonly bucketMs: number;
  readonly wellId: number;
  readonly tagId: number;
  readonly value: number;
  readonly good?: number;
  readonly flags?: number;
}): Partial1m {
  const good = of.good ?? 60;
  return {
    ...of,
    samples: 60,
    good,
    flags: of.flags ?? 1,
    sum: of.value * good,
    sumSquares: of.value * of.value * good,
    min: good > 0 ? of.value - 1 : null,
    max: good > 0 ? of.value + 1 : null,
    first: good > 0 ? of.value : null,
    last: good > 0 ? of.value : null,
    firstMs: 0,
    lastMs: good > 0 ? 59_000 : 0,
    task: 0,
    commit: 1,
  };
}

/** W1 complete, W2 half a day with a frozen gauge, W3 silent since yesterday, W4 never heard of. */
async function fill({ pool, tenant, tag }: Stage): Promise<void> {
  const [w1 = 0, w2 = 0, w3 = 0] = tenant.wellIds;
  const rows: Partial1m[] = [];
  for (let at = fromMs; at < untilMs; at += minuteMs) {
    rows.push(
      minute({ bucketMs: at, wellId: w1, tagId: tag('well.tpt.p'), value: 13_000 + ((at / minuteMs) % 50) }),
    );
    if (at < fromMs + 12 * hourMs) {
      rows.push(
        minute({
          bucketMs: at,
          wellId: w2,
          tagId: tag('esp.pip'),
          value: 5_000,
          good: 12,
          flags: 1 | (1 << 6),
        }),
      );
    }
  }
  // Two late parts, the minutes on both sides of the day, and the day before of W3.
  rows.push(minute({ bucketMs: fromMs, wellId: w1, tagId: tag('well.tpt.p'), value: 9_000 }));
  rows.push(minute({ bucketMs: fromMs, wellId: w1, tagId: tag('well.tpt.p'), value: 9_100 }));
  rows.push(minute({ bucketMs: fromMs - minuteMs, wellId: w1, tagId: tag('well.tpt.p'), value: 1 }));
  rows.push(minute({ bucketMs: untilMs, wellId: w1, tagId: tag('well.tpt.p'), value: 1 }));
  rows.push(minute({ bucketMs: fromMs - 20 * hourMs, wellId: w3, tagId: tag('esp.tm'), value: 90 }));
  await insertPartials(pool, tenant.schema, rows);
  await rollUp(pool, 'andina');
}

async function anomaly(
  { pool, tenant }: Stage,
  row: {
    readonly id: string;
    readonly wellId: number;
    readonly startMs: number;
    readonly endMs?: number;
    readonly severity?: string;
    readonly kind?: string;
    readonly score?: number;
    readonly cycle?: number;
    readonly contributions?: readonly SignalShare[];
  },
): Promise<void> {
  await pool.query(
    `insert into ${tenant.schema}.anomaly (start_at, end_at, anomaly_id, well_id, tag, historical, detector, kind,
       severity, score, expected, actual, unit, text_key, cycle, contributions)
     values (to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000), $3, $4, 'well.tpt.p', false, 'level',
       $5, $6, $7, 13000, 9000, 'kPa', 'level', $8, $9)`,
    [
      row.startMs,
      row.endMs ?? null,
      row.id,
      row.wellId,
      row.kind ?? 'process',
      row.severity ?? 'warning',
      row.score ?? 5,
      row.cycle ?? 1,
      row.contributions === undefined ? null : JSON.stringify(row.contributions),
    ],
  );
}

async function report({ pool }: Stage, options: { readonly nowMs?: number } = {}): Promise<DailyReport> {
  const now = (): number => options.nowMs ?? untilMs + 30 * minuteMs;
  return await dailyReport({ pool, tenant: 'andina', day, language: 'es', version: '1', now });
}

test('completeness, usable share and late additions are what SQL counts over the local production day', async (t) => {
  const on = await stage(t);
  await fill(on);
  const { data } = await report(on);
  t.deepEqual([data.period.fromMs, data.period.untilMs], [fromMs, untilMs]);
  const { rows } = await on.pool.query(
    `select well_id as "wellId", count(distinct bucket)::int as minutes, sum(samples)::int as samples, sum(good)::int as good,
            bit_or(flags) as flags, (count(*) - count(distinct bucket))::int as "lateParts"
     from t_andina.reading_1m where ${inDay} group by well_id order by well_id`,
  );
  const seen = data.completeness
    .filter((signal) => signal.samples > 0)
    .map(({ tag: _tag, ...signal }) => signal);
  t.deepEqual(seen, rows);
  const figures = dailyFigures(data);
  // W1 1440 minutes, W2 720, W3 none of what it sent the day before: of three times 1440.
  t.is(figures.completeness, (1_440 + 720) / (3 * 1_440));
  t.is(figures.goodShare, ((1_440 + 2) * 60 + 720 * 12) / ((1_440 + 2) * 60 + 720 * 60));
  t.is(figures.lateParts, 2);
  t.like(figures, { wells: 4, wellsReporting: 2, minutesOwed: 1_440 });
});

test('a signal that fell silent is listed with nothing, a well never heard of owes nothing', async (t) => {
  const on = await stage(t);
  await fill(on);
  const { data } = await report(on);
  const [, , w3, w4] = on.tenant.wellIds;
  t.like(
    data.completeness.find((signal) => signal.wellId === w3),
    { tag: 'esp.tm', minutes: 0, samples: 0 },
  );
  t.is(
    data.completeness.find((signal) => signal.wellId === w4),
    undefined,
  );
});

test('hours of coverage add up to the minutes of the day', async (t) => {
  const on = await stage(t);
  await fill(on);
  const { data } = await report(on);
  for (const { wellId } of data.wells) {
    const hours = data.coverage.filter((hour) => hour.wellId === wellId);
    const minutes = data.completeness.filter((signal) => signal.wellId === wellId);
    t.is(
      hours.reduce((sum, hour) => sum + hour.signalMinutes, 0),
      minutes.reduce((sum, signal) => sum + signal.minutes, 0),
    );
  }
  t.is(data.coverage.length, 24 + 12);
});

// Of the sensor (c) it is counted, but not listed among those of the well.
//            from                          until
// before ─▶──┤·············│····················│   ended before: not in it
// a      ────┼─────────────│····················│   ended at 08:00: in it, closed
// b          │      ├──────┼────────────────────┼─▶ ended after: in it, open
// c          │      ├──────┼────────────────────┼─▶ never ended
// after      │             │                    │ ├ not in it
test('an anomaly is in the day if it touched it, and open if it outlasted it', async (t) => {
  const on = await stage(t);
  const [w1 = 0] = on.tenant.wellIds;
  await anomaly(on, { id: 'before', wellId: w1, startMs: fromMs - 5 * hourMs, endMs: fromMs - hourMs });
  await anomaly(on, { id: 'a', wellId: w1, startMs: fromMs - hourMs, severity: 'info' });
  await anomaly(on, {
    id: 'a',
    wellId: w1,
    startMs: fromMs - hourMs,
    endMs: fromMs + 2 * hourMs,
    severity: 'critical',
    cycle: 2,
    score: 7,
    contributions: [{ tag: 'well.tpt.t', share: 0.75 }],
  });
  await anomaly(on, { id: 'b', wellId: w1, startMs: fromMs + hourMs, endMs: untilMs + hourMs });
  await anomaly(on, { id: 'c', wellId: w1, startMs: fromMs + hourMs, severity: 'info', kind: 'quality' });
  await anomaly(on, { id: 'after', wellId: w1, startMs: untilMs });
  const { data } = await report(on, { nowMs: untilMs + 2 * hourMs });
  t.deepEqual(
    data.anomalies.map(({ contributions }) => contributions),
    [[{ tag: 'well.tpt.t', share: 0.75 }], null],
  );
  t.deepEqual(
    data.anomalies.map(({ anomalyId, severity, score, endMs }) => [anomalyId, severity, score, endMs]),
    [
      ['a', 'critical', 7, fromMs + 2 * hourMs],
      ['b', 'warning', 5, null],
    ],
  );
  const figures = dailyFigures(data);
  t.deepEqual(figures.open, { critical: 0, warning: 1, info: 0 });
  t.deepEqual(figures.touched, { critical: 1, warning: 1, info: 0 });
  t.is(figures.sensorFindings, 1);
  t.deepEqual(data.sensorFindings, [{ wellId: w1, tag: 'well.tpt.p', detector: 'level', textKey: 'level' }]);
});

test('opening and closing in one commit are one closed finding', async (t) => {
  const on = await stage(t);
  const [w1 = 0] = on.tenant.wellIds;
  await anomaly(on, { id: 'x', wellId: w1, startMs: fromMs, endMs: fromMs + hourMs });
  await anomaly(on, { id: 'x', wellId: w1, startMs: fromMs });
  const { data } = await report(on);
  t.deepEqual(
    data.anomalies.map((a) => a.endMs),
    [fromMs + hourMs],
  );
});

test('more findings than are listed are still all counted', async (t) => {
  const on = await stage(t);
  const [w1 = 0] = on.tenant.wellIds;
  for (let i = 0; i < 90; i++)
    await anomaly(on, { id: `n${i}`, wellId: w1, startMs: fromMs + i * minuteMs, score: i });
  const { data } = await report(on);
  t.is(data.anomalies.length, 80);
  t.is(data.anomalies[0]?.score, 89);
  t.is(dailyFigures(data).touched.warning, 90);
});

test('a score is shown at its worst over its threshold, with what made it', async (t) => {
  const on = await stage(t);
  const [w1 = 0, w2 = 0] = on.tenant.wellIds;
  const scores = [
    [w1, 2, 4, 1],
    [w1, 6, 4, 2],
    [w1, 5, 4, 3],
    [w2, 8, 9, 4],
  ] as const;
  for (const [wellId, value, threshold, hour] of scores) {
    await on.pool.query(
      `insert into t_andina.score (at, well_id, historical, model, version, value, threshold, coverage, contributions, cycle)
       values (to_timestamp($1::float8 / 1000), $2, false, 'ae', '1.0', $3, $4, 1, $5, 1)`,
      [
        fromMs + hour * hourMs,
        wellId,
        value,
        threshold,
        JSON.stringify([{ tag: 'esp.pip', share: value / 10 }]),
      ],
    );
  }
  const { data } = await report(on);
  t.like(data.scores[0], {
    wellId: w1,
    value: 6,
    threshold: 4,
    scored: 3,
    overThreshold: 2,
    atMs: fromMs + 2 * hourMs,
  });
  t.deepEqual(data.scores[0]?.contributions, [{ tag: 'esp.pip', share: 0.6 }]);
  t.like(data.scores[1], { wellId: w2, value: 8, overThreshold: 0 });
});

test('production is the last word on the day, and null where none came', async (t) => {
  const on = await stage(t);
  const [w1 = 0, w2 = 0] = on.tenant.wellIds;
  t.is(dailyFigures((await report(on)).data).production, null);
  const rows: [number, string, number, number][] = [
    [w1, day, 1, 100],
    [w1, day, 3, 84.5],
    [w1, day, 2, 90],
    [w2, day, 1, 10],
    [w2, '2026-05-13', 9, 1_000],
  ];
  for (const [wellId, date, hlc, oil] of rows) {
    await on.pool.query(
      `insert into t_andina.daily_production (day, well_id, hlc, oil_m3, on_hours, method, cycle)
       values ($1, $2, $3, $4, 23.5, 'allocated', 1)`,
      [date, wellId, hlc, oil],
    );
  }
  const production = dailyFigures((await report(on)).data).production;
  t.deepEqual(production, { wells: 2, oilM3: 94.5, gasSm3: null, waterM3: null, onHours: 47 });
});

test('the trend is the five-minute mean of the usable samples, by SQL', async (t) => {
  const on = await stage(t);
  await fill(on);
  const { data } = await report(on);
  t.is(data.trend?.wellId, on.tenant.wellIds[0]);
  const { rows } = await on.pool.query<{ mean: number }>(
    `select sum(sum) / sum(good) as mean from t_andina.reading_1m
     where ${inDay} and well_id = $1 group by date_bin('5 minutes', bucket, 'epoch') order by date_bin('5 minutes', bucket, 'epoch')`,
    [data.trend?.wellId],
  );
  t.is(rows.length, 288);
  t.deepEqual(
    data.trend?.series[0]?.mean,
    rows.map((row) => row.mean),
  );
});

test('a day that is not over is cut off at the freeze', async (t) => {
  const on = await stage(t);
  await fill(on);
  const { data } = await report(on, { nowMs: fromMs + 6 * hourMs });
  t.is(data.dataCutOffMs, fromMs + 6 * hourMs);
  t.is(dailyFigures(data).completeness, (2 * 360) / (3 * 360));
});

test('a run asked for is kept with its document, hash and asker; each is an edition of its own', async (t) => {
  const on = await stage(t);
  const ask = {
    pool: on.pool,
    tenant: 'andina',
    language: 'es',
    version: '1.2',
    requestedBy: 'ana',
  } as const;
  const now = (): number => untilMs + hourMs;
  const first = await runReport('daily', { ...ask, now });
  const second = await runReport('daily', { ...ask, day, now });
  t.is(first.day, day);
  t.not(first.reportRunId, second.reportRunId);
  const { rows } = await on.pool.query(
    `select requested_by, version, sha256 = encode(sha256(pdf), 'hex') as whole, period_from, period_until, day::text
     from t_andina.report_run where report_run_id = $1`,
    [first.reportRunId],
  );
  t.like(rows[0], {
    requested_by: 'ana',
    version: '1.2',
    whole: true,
    day,
    period_from: new Date(fromMs),
    period_until: new Date(untilMs),
  });
});

test('a scheduled run is made once, by however many, and stays what it was', async (t) => {
  const on = await stage(t);
  const make = (
    recipients: string[],
  ): Promise<{ sha256: string; reportRunId: string; recipients: readonly string[] }> =>
    makeReport('daily', {
      pool: on.pool,
      tenant: 'andina',
      day,
      language: 'en',
      version: '1',
      requestedBy: 'schedule',
      recipients,
      scheduled: true,
    });
  const [one, two] = await Promise.all([make(['a@x.org']), make(['a@x.org'])]);
  t.is(one.reportRunId, two.reportRunId);
  await fill(on);
  const later = await make(['b@x.org']);
  t.like(later, { reportRunId: one.reportRunId, sha256: one.sha256, recipients: ['a@x.org'] });
});

test('an unknown tenant, kind or day is refused', async (t) => {
  const { pool } = await stage(t);
  const ask = { pool, tenant: 'andina', day, language: 'es', version: '1', requestedBy: 'ana' } as const;
  const codeOf = async (work: Promise<unknown>): Promise<string | undefined> =>
    (await t.throwsAsync(work, { instanceOf: BalancinError }))?.code;
  t.is(await codeOf(runReport('daily', { ...ask, tenant: 'nobody' })), 'NOT_FOUND');
  t.is(await codeOf(runReport('hourly', ask)), 'USAGE');
  t.is(await codeOf(runReport('daily', { ...ask, day: 'today' })), 'USAGE');
  t.is(await codeOf(setDayRule(pool, 'andina', { timeZone: 'Mars/Olympus', cutOffMinutes: 0 })), 'USAGE');
});
