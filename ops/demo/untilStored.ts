/** Waits until everything that was published stands in the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asTenant } from '#pipelines/database/asTenant.js';
import type { Supervisor } from '#pipelines/workers/supervisor.js';
import { BalancinError } from '#schemas/errors.js';
import type { Cell } from '#ops/cell/cell.js';

export interface UntilStoredOptions {
  readonly cell: Cell;
  readonly supervisor: Supervisor;
  readonly tenant: string;
  readonly samples: number;
  readonly signal: AbortSignal;
  progress(samples: number): void;
}

const pollMs = 200;
/** A thread reports twice a second while its event loop turns: four cycles of the demo's half second, on a busy machine too. */
const quietReports = 4;
const settleMsMax = 30_000;
const selectFound = `
  SELECT (SELECT count(*) FROM anomaly) || ' ' || (SELECT count(*) FROM score) || ' ' || (SELECT count(*) FROM esp_risk) || ' ' || (SELECT count(*) FROM reading_1m) AS n`;
/** Longest wait without one sample more before the demo says that something is wrong: many recordings take long. */
const stallMs = 120_000;

/** Throws the signal's reason when told to stop, BUG when nothing comes any more. */
export async function untilStored(options: UntilStoredOptions): Promise<void> {
  const { cell, samples, signal } = options;
  let before = -1;
  let movedMs = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const stored = await storedSamples(cell, options.tenant);
    options.progress(stored);
    if (stored >= samples) {
      await untilSettled(options);
      return;
    }
    if (stored > before) movedMs = Date.now();
    if (Date.now() - movedMs > stallMs)
      throw new BalancinError(
        'BUG',
        `${samples - stored} of ${samples} samples did not reach the database; see the log file`,
        { context: { threads: options.supervisor.status() } },
      );
    before = stored;
    await sleep(pollMs);
  }
}

/** What the last windows lead to is committed after them: until no finding or score has come for some cycles of every thread. */
async function untilSettled({ cell, supervisor, tenant, signal }: UntilStoredOptions): Promise<void> {
  let before = '';
  let heardMs: readonly number[] = [];
  let reports = 0;
  const deadlineMs = Date.now() + settleMsMax;
  while (reports < quietReports && Date.now() < deadlineMs) {
    signal.throwIfAborted();
    const { rows } = await asTenant(cell.pool, tenant, (client) => client.query<{ n: string }>(selectFound));
    const found = rows[0]?.n ?? '';
    const threads = supervisor.status();
    const heard = threads.map((thread) => thread.heardMs);
    if (found !== before || threads.some(({ rowBytes }) => rowBytes > 0)) {
      reports = 0;
      heardMs = heard;
    } else if (heard.every((ms, n) => ms > (heardMs[n] ?? 0))) {
      reports++;
      heardMs = heard;
    }
    before = found;
    await sleep(pollMs);
  }
}

/** Samples whose windows are closed and stored. Duplicates are not there: none is sent twice. */
async function storedSamples(cell: Cell, tenant: string): Promise<number> {
  return await asTenant(cell.pool, tenant, async (client) => {
    const { rows } = await client.query<{ total: number }>(
      'SELECT coalesce(sum(samples), 0)::int8 AS total FROM reading_1m',
    );
    return rows[0]?.total ?? 0;
  });
}
