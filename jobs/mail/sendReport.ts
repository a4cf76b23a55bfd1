/** Sends a report to each of its recipients, once. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { ReportRun } from '../reports/runs/reportRun.js';
import type { JobLog } from '../scheduler/jobLog.js';
import { claimMail, type MailKey } from './claimMail.js';
import { finishMail } from './finishMail.js';
import { type MailReceipt, MailRefused, type MailTransport } from './mailTransport.js';
import { reportMail } from './reportMail.js';
import { requireAddress } from './requireAddress.js';

export interface MailOptions {
  readonly transport: MailTransport;
  /** Address that mail is from. */
  readonly from: string;
  /** Tries of one call; a later call goes on from there. */
  readonly attemptsMax: number;
  /** Wait before the second try; doubled with each further one. */
  readonly retryDelayMs: number;
  /** A sending that takes longer is thought dead, and another may try. */
  readonly leaseMs: number;
  readonly log: JobLog;
}

export interface Delivery {
  readonly recipient: string;
  /** `earlier`: it was sent, or refused, or is being sent by another. */
  readonly outcome: 'sent' | 'failed' | 'retry' | 'earlier';
  /** What the server answered, or the path of the file. */
  readonly where: string | null;
}

const errorCharsMax = 500;

/**
 * A recipient is claimed, sent to and marked as sent. Killed after the server took the mail and before the mark, the mail
 * is sent a second time under the same Message-ID, once the lease is over: a report twice is the lesser evil to none.
 * Throws MAIL_UNAVAILABLE at the end where somebody could not be reached yet, so that the job is tried again.
 */
export async function sendReport(
  pool: Pool,
  options: MailOptions,
  report: {
    readonly tenant: string;
    readonly run: ReportRun;
    readonly recipients: readonly string[];
    readonly signal?: AbortSignal;
  },
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const recipient of report.recipients) {
    report.signal?.throwIfAborted();
    deliveries.push(await deliver(pool, options, { ...report, recipient }));
  }
  const waiting = deliveries.filter((delivery) => delivery.outcome === 'retry').length;
  if (waiting > 0) {
    throw new BalancinError(
      'MAIL_UNAVAILABLE',
      `Mail to ${waiting} of ${deliveries.length} recipients did not go out yet`,
    );
  }
  return deliveries;
}

async function deliver(
  pool: Pool,
  options: MailOptions,
  to: {
    readonly tenant: string;
    readonly run: ReportRun;
    readonly recipient: string;
    readonly signal?: AbortSignal;
  },
): Promise<Delivery> {
  const { recipient, run, tenant } = to;
  const key: MailKey = { reportRunId: run.reportRunId, recipient, tenant };
  const messageId = await claimMail(pool, key, {
    leaseMs: options.leaseMs,
    messageId: messageIdOf(options.from, run, recipient),
  });
  if (messageId === null) return { recipient, outcome: 'earlier', where: null };
  const context = { tenant, report: run.kind, day: run.day, reportRunId: run.reportRunId };
  try {
    requireAddress(recipient);
    const mail = reportMail(run, { tenant, recipient, from: options.from, messageId });
    const { where } = await sendWithRetries(() => options.transport.send(mail), options, to.signal);
    await finishMail(pool, key, 'sent', null);
    options.log.info(context, 'report mailed');
    return { recipient, outcome: 'sent', where };
  } catch (error) {
    const permanent = error instanceof MailRefused || (error instanceof BalancinError && !error.retry);
    const outcome = permanent ? 'failed' : 'retry';
    const text = (error instanceof Error ? error.message : String(error)).slice(0, errorCharsMax);
    await finishMail(pool, key, outcome, text);
    options.log.error({ ...context, outcome, error: text }, 'report not mailed');
    return { recipient, outcome, where: null };
  }
}

async function sendWithRetries(
  send: () => Promise<MailReceipt>,
  options: MailOptions,
  signal: AbortSignal | undefined,
): Promise<MailReceipt> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const hopeless = error instanceof MailRefused || (error instanceof BalancinError && !error.retry);
      if (hopeless || attempt >= options.attemptsMax) throw error;
      await sleep(
        options.retryDelayMs * 2 ** (attempt - 1),
        undefined,
        signal === undefined ? {} : { signal },
      );
    }
  }
}

/** The same for the same run and recipient: a mailbox that knows it shows a repetition once. */
function messageIdOf(from: string, run: ReportRun, recipient: string): string {
  const to = createHash('sha256').update(recipient).digest('hex').slice(0, 16);
  return `<${run.reportRunId}.${to}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}
