/** The scheduled run of a day that was made already. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { Language } from '../language.js';
import type { ReportRun } from './reportRun.js';

const sql = `
  select report_run_id as "reportRunId", kind, day::text, language, requested_by as "requestedBy", recipients,
         summary, sha256, pdf
  from report_run
  where kind = $1 and day = $2::date and language = $3 and scheduled`;

export async function readScheduledRun(
  client: TenantClient,
  of: { readonly kind: string; readonly day: string; readonly language: Language },
): Promise<ReportRun | null> {
  const { rows } = await client.query<ReportRun>(sql, [of.kind, of.day, of.language]);
  return rows[0] ?? null;
}
