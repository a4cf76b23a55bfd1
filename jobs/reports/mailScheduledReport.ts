/** Makes the report that a slot is about, in each language somebody wants, and mails it. */
import type { JobContext } from '../jobContext.js';
import { sendReport } from '../mail/sendReport.js';
import type { JobTenant } from '../tenants/listTenants.js';
import type { ReportKind } from './reportKind.js';
import { makeReport } from './runs/makeReport.js';
import { readSubscriptions } from './subscriptions/readSubscriptions.js';

export async function mailScheduledReport(
  context: Pick<JobContext, 'pool' | 'version' | 'mail' | 'now'>,
  slot: {
    readonly kind: ReportKind;
    readonly tenant: JobTenant;
    readonly slotMs: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { pool, version, mail, now } = context;
  const { kind, tenant, signal } = slot;
  const day = kind.dayOf(slot.slotMs, tenant);
  for (const { language, recipients } of await readSubscriptions(pool, tenant.slug, kind.name)) {
    signal.throwIfAborted();
    const run = await makeReport(kind.name, {
      pool,
      tenant: tenant.slug,
      day,
      language,
      version,
      requestedBy: 'schedule',
      recipients,
      scheduled: true,
      now,
    });
    // To whom it was made for, also when it is tried again after the list was changed.
    await sendReport(pool, mail, { tenant: tenant.slug, run, recipients: run.recipients, signal });
  }
}
