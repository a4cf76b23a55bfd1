/** Runs one slot under its lease: claim, renew while it runs, write down how it ended. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { claimSlot } from './claimSlot.js';
import { finishSlot } from './finishSlot.js';
import type { JobRun } from './job.js';
import type { JobLog } from './jobLog.js';
import { releaseSlot } from './releaseSlot.js';
import { renewLease } from './renewLease.js';
import type { SlotKey } from './slotKey.js';
import { takeOverSlot } from './takeOverSlot.js';

export interface Runner {
  readonly pool: Pool;
  readonly owner: string;
  readonly leaseMs: number;
  /** Wait before a failed slot's second attempt; doubled with each further one. */
  readonly retryDelayMs: number;
  readonly log: JobLog;
  /** Fires when the scheduler stops. */
  readonly stopping: AbortSignal;
}

export interface SlotWork {
  readonly slot: SlotKey;
  /** Whether somebody else had it before. */
  readonly orphaned: boolean;
  readonly attemptsMax: number;
  run(run: JobRun): Promise<void>;
}

/** `elsewhere`: another runner has it. `lost`: another took it over in mid-run. `released`: given back by a stop. */
export type SlotOutcome = 'done' | 'failed' | 'abandoned' | 'elsewhere' | 'lost' | 'released';

const errorCharsMax = 2_000;

export async function runSlot(runner: Runner, work: SlotWork): Promise<SlotOutcome> {
  const { pool, log } = runner;
  const held = await (work.orphaned ? takeOverSlot : claimSlot)(pool, work.slot, runner);
  if (held === null) return 'elsewhere';
  const context = { job: held.name, slot: new Date(held.slotMs).toISOString(), attempt: held.attempt };
  if (held.attempt > work.attemptsMax) {
    const error = `Given up after ${work.attemptsMax} attempts`;
    await finishSlot(pool, held, { outcome: 'abandoned', error, retryAfterMs: null });
    log.error(context, 'job given up: its runner died each time');
    return 'abandoned';
  }

  let lost = false;
  const takenOver = new AbortController();
  const heartbeat = setInterval(() => {
    renewLease(pool, held, runner.leaseMs).then(
      (kept) => {
        if (kept) return;
        lost = true;
        takenOver.abort(new BalancinError('FENCED', `Another runner took ${held.name} over`));
      },
      // The database is away: the lease may run out and another take over, which the last update then notices.
      (error: unknown) => log.warn({ ...context, error: describe(error) }, 'lease of a job not renewed'),
    );
  }, runner.leaseMs / 3);

  try {
    const signal = AbortSignal.any([takenOver.signal, runner.stopping]);
    await work.run({ name: held.name, slotMs: held.slotMs, attempt: held.attempt, signal });
    const kept = await finishSlot(pool, held, { outcome: 'done', error: null, retryAfterMs: null });
    if (!kept) return 'lost';
    log.info(context, 'job done');
    return 'done';
  } catch (error) {
    if (lost) return 'lost';
    if (runner.stopping.aborted) {
      await releaseSlot(pool, held);
      return 'released';
    }
    const again = mayRetry(error) && held.attempt < work.attemptsMax;
    const retryAfterMs = again ? runner.retryDelayMs * 2 ** (held.attempt - 1) : null;
    const text = describe(error);
    const kept = await finishSlot(pool, held, { outcome: 'failed', error: text, retryAfterMs });
    if (!kept) return 'lost';
    log.error({ ...context, error: text, retryAfterMs }, 'job failed');
    return 'failed';
  } finally {
    clearInterval(heartbeat);
  }
}

/** An error of ours says so itself; one we do not know is tried again, for a fault that passes is the likelier. */
function mayRetry(error: unknown): boolean {
  return !(error instanceof BalancinError) || error.retry;
}

function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, errorCharsMax);
}
