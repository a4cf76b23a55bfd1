/**
 * The shell around the slots: a heartbeat a minute that starts what is owed, whoever was to run it.
 *
 * Invariants (scheduler.integration.test.ts):
 * 1. A slot is run by whoever inserted it into `job_run`; one that was done is never run again.
 * 2. Two slots of one name never run at once, on however many machines.
 * 3. A slot whose runner died is taken over once its lease has run out, at most `attemptsMax` times.
 * 4. What was missed is made up for as the job's catch-up policy says, in order.
 * 5. After `stop()` nothing runs, no timer is left, and unfinished slots are free for others at once.
 */
import { schedule } from 'node-cron';
import type { Pool } from 'pg';
import { dueSlots } from './dueSlots.js';
import type { JobTenant } from '../tenants/listTenants.js';
import type { CatchUp, Job, JobRun, Schedule } from './job.js';
import type { JobLog } from './jobLog.js';
import { readLastSlots } from './readLastSlots.js';
import { readOrphanedSlots } from './readOrphanedSlots.js';
import { registerJobs } from './registerJobs.js';
import { type Runner, runSlot } from './runSlot.js';

export interface SchedulerOptions {
  readonly pool: Pool;
  readonly jobs: readonly Job[];
  listTenants(): Promise<readonly JobTenant[]>;
  /** Unique a process and start. */
  readonly owner: string;
  readonly log: JobLog;
  readonly now: () => number;
  readonly leaseMs: number;
  readonly retryDelayMs: number;
  /** Names that run at the same time in this process. */
  readonly concurrentMax: number;
  /** How long `stop` waits for what runs. */
  readonly graceMs: number;
}

export interface Scheduler {
  /** Begins the heartbeat, with a first look at once: that is the catch-up. */
  start(): Promise<void>;
  /** One look at what is owed; resolves once it is queued. */
  tick(): Promise<void>;
  /** Resolves when nothing queued or running is left. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** A job of the cell, or of one tenant. */
interface NamedJob {
  readonly name: string;
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  readonly attemptsMax: number;
  run(run: JobRun): Promise<void>;
}

interface Owed {
  readonly job: NamedJob;
  readonly slots: readonly { readonly slotMs: number; readonly orphaned: boolean }[];
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { pool, log, now } = options;
  const stopping = new AbortController();
  const runner: Runner = { ...options, stopping: stopping.signal };
  // At most one entry a name: bounded by jobs × tenants.
  const queue: Owed[] = [];
  const active = new Set<string>();
  const running = new Set<Promise<void>>();
  let heartbeat: ReturnType<typeof schedule> | null = null;

  async function tick(): Promise<void> {
    if (stopping.signal.aborted) return;
    const jobs = nameJobs(options.jobs, await options.listTenants());
    const names = [...jobs.keys()];
    const nowMs = now();
    await registerJobs(pool, { names, nowMs, owner: options.owner });
    const lastSlots = await readLastSlots(pool, names);
    const orphaned = new Map<string, number[]>();
    for (const { name, slotMs } of await readOrphanedSlots(pool)) {
      orphaned.set(name, [...(orphaned.get(name) ?? []), slotMs]);
    }
    for (const job of jobs.values()) {
      if (active.has(job.name)) continue;
      const lastMs = lastSlots.get(job.name) ?? nowMs;
      const slots = [
        ...(orphaned.get(job.name) ?? []).map((slotMs) => ({ slotMs, orphaned: true })),
        ...dueSlots(job.schedule, job.catchUp, { lastMs, nowMs }).map((slotMs) => ({
          slotMs,
          orphaned: false,
        })),
      ];
      if (slots.length === 0) continue;
      active.add(job.name);
      queue.push({ job, slots });
    }
    pump();
  }

  function pump(): void {
    while (running.size < options.concurrentMax && !stopping.signal.aborted) {
      const owed = queue.shift();
      if (owed === undefined) return;
      const run = runOwed(owed)
        .catch((error: unknown) => log.error({ job: owed.job.name, error: String(error) }, 'job not run'))
        .finally(() => {
          running.delete(run);
          active.delete(owed.job.name);
          pump();
        });
      running.add(run);
    }
  }

  async function runOwed({ job, slots }: Owed): Promise<void> {
    for (const { slotMs, orphaned } of slots) {
      if (stopping.signal.aborted) return;
      const outcome = await runSlot(runner, {
        slot: { name: job.name, slotMs },
        orphaned,
        attemptsMax: job.attemptsMax,
        run: (run) => job.run(run),
      });
      // Another runner is at this name: the slots after this one are its to run, in order.
      if (outcome === 'elsewhere' || outcome === 'lost') return;
    }
  }

  async function beat(): Promise<void> {
    try {
      await tick();
    } catch (error) {
      // The database is away: the next heartbeat looks again, and nothing owed is forgotten.
      log.error({ error: String(error) }, 'could not look for due jobs');
    }
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all(running);
  }

  return {
    async start() {
      heartbeat = schedule('* * * * *', beat, {
        name: 'balancin-jobs',
        timezone: 'UTC',
        noOverlap: true,
        suppressMissedWarning: true,
      });
      await beat();
    },
    tick,
    idle,
    async stop() {
      await heartbeat?.destroy();
      heartbeat = null;
      queue.length = 0;
      stopping.abort();
      await withinMs(idle(), options.graceMs);
    },
  };
}

function nameJobs(jobs: readonly Job[], tenants: readonly JobTenant[]): Map<string, NamedJob> {
  const named = new Map<string, NamedJob>();
  for (const job of jobs) {
    if (job.per === 'cell') {
      named.set(job.name, job);
      continue;
    }
    for (const tenant of tenants) {
      const name = `${job.name}:${tenant.slug}`;
      named.set(name, {
        name,
        schedule: job.schedule(tenant),
        catchUp: job.catchUp,
        attemptsMax: job.attemptsMax,
        run: (run) => job.run(run, tenant),
      });
    }
  }
  return named;
}

async function withinMs(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
