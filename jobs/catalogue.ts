/** Every job that runs on a clock. Add a job: one entry here, what it does in a folder beside. */
import { takeCheckpoints } from '#pipelines/checkpoints/takeCheckpoints.js';
import { measureTenantDrift } from './drift/driftJob.js';
import type { JobContext } from './jobContext.js';
import { dropExpired } from './partitions/dropExpired.js';
import { indexClosed } from './partitions/indexClosed.js';
import { preparePartitions } from './partitions/preparePartitions.js';
import { mailScheduledReport } from './reports/mailScheduledReport.js';
import { reportKinds } from './reports/reportKinds.js';
import { rollUp } from './rollup/rollUp.js';
import { forEachTenant } from './tenants/forEachTenant.js';
import type { CatchUp, Job } from './scheduler/job.js';
import { pruneJobRuns } from './scheduler/pruneJobRuns.js';
import { listTenants } from './tenants/listTenants.js';
import { readTenant } from './tenants/readTenant.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** One run makes up for all that were missed: it looks at what is to do, not at its slot. */
const lastOne: CatchUp = { policy: 'last', horizonMs: 7 * dayMs, slotsMax: 1 };
/** A report of the day before yesterday is no news: of those missed the newest is mailed, if it is not too old. */
const newestReport: CatchUp = { policy: 'last', horizonMs: 36 * hourMs, slotsMax: 1 };
/** How long runs of jobs are remembered. */
const runsKeptMs = 90 * dayMs;

const utc = (pattern: string): { pattern: string; timeZone: string } => ({ pattern, timeZone: 'UTC' });

export function jobCatalogue(context: JobContext): readonly Job[] {
  const { pool, cell, log, now } = context;
  return [
    {
      name: 'rollup',
      per: 'cell',
      schedule: utc('*/10 * * * *'),
      catchUp: lastOne,
      attemptsMax: 3,
      run: ({ signal }) =>
        forEachTenant(context, signal, async (tenant) => {
          const result = await rollUp(pool, tenant.slug, { signal });
          if (result.hours > 0) log.info({ tenant: tenant.slug, ...result }, 'rolled up');
        }),
    },
    {
      name: 'partitions',
      per: 'cell',
      schedule: utc('17 2 * * *'),
      catchUp: lastOne,
      attemptsMax: 5,
      run: async ({ signal }) => {
        const slugs = (await listTenants(pool, cell)).map((tenant) => tenant.slug);
        log.info({ made: await preparePartitions(pool, slugs, signal) }, 'partitions made ahead');
        const indexed = await indexClosed(pool, slugs, { nowMs: now(), signal });
        log.info({ indexed }, 'closed partitions indexed');
      },
    },
    {
      name: 'retention',
      per: 'cell',
      schedule: utc('47 2 * * *'),
      catchUp: lastOne,
      attemptsMax: 3,
      run: ({ signal }) =>
        forEachTenant(context, signal, async (tenant) => {
          const dropped = await dropExpired(pool, tenant, { nowMs: now(), signal });
          if (dropped > 0)
            log.info({ tenant: tenant.slug, dropped }, 'dropped what the plan no longer keeps');
        }),
    },
    {
      name: 'checkpoints',
      per: 'cell',
      // A rewind reads again at most what came between two of them.
      schedule: utc('37 */6 * * *'),
      catchUp: lastOne,
      attemptsMax: 3,
      run: async ({ signal }) => {
        const kept = context.checkpointsKept;
        log.info({ ...(await takeCheckpoints(pool, { kept, signal })) }, 'checkpoints taken');
      },
    },
    {
      name: 'drift',
      per: 'cell',
      // After the scores of 06:00 UTC are in.
      schedule: utc('23 8 * * *'),
      catchUp: lastOne,
      attemptsMax: 3,
      run: ({ signal }) =>
        forEachTenant(context, signal, async (tenant) => {
          const drift = await measureTenantDrift(pool, tenant.slug, { nowMs: now(), signal });
          if (drift.figures > 0) log.info({ tenant: tenant.slug, ...drift }, 'drift of models measured');
        }),
    },
    {
      name: 'prune',
      per: 'cell',
      schedule: utc('7 3 * * *'),
      catchUp: lastOne,
      attemptsMax: 3,
      run: async () => {
        log.info({ forgotten: await pruneJobRuns(pool, now() - runsKeptMs) }, 'old job runs forgotten');
      },
    },
    ...reportKinds.map(
      (kind): Job => ({
        name: `report:${kind.name}`,
        per: 'tenant',
        schedule: (tenant) => kind.schedule(tenant),
        catchUp: newestReport,
        attemptsMax: 6,
        run: async ({ slotMs, signal }, tenant) => {
          // Read anew: its time zone may have changed since the slot was made.
          const current = await readTenant(pool, tenant.slug);
          await mailScheduledReport(context, { kind, tenant: current, slotMs, signal });
        },
      }),
    ),
  ];
}
