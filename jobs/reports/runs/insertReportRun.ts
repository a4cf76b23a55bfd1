/** Keeps a report that was made. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { BuiltReport } from '../reportKind.js';
import type { ReportRun } from './reportRun.js';

const sql = `
  insert into report_run (report_run_id, kind, day, language, requested_by, scheduled, recipients, summary, sha256, pdf,
                          period_from, period_until, frozen_at, data_cut_off, version)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11 / 1000.0), to_timestamp($12 / 1000.0),
          to_timestamp($13 / 1000.0), to_timestamp($14 / 1000.0), $15)
  on conflict do nothing`;

/** False where a scheduled run of that day is there already. */
export async function insertReportRun(
  client: TenantClient,
  run: ReportRun,
  made: { readonly scheduled: boolean; readonly version: string; readonly built: BuiltReport },
): Promise<boolean> {
  const { built } = made;
  const { rowCount } = await client.query(sql, [
    run.reportRunId,
    run.kind,
    run.day,
    run.language,
    run.requestedBy,
    made.scheduled,
    run.recipients,
    JSON.stringify(run.summary),
    run.sha256,
    Buffer.from(run.pdf),
    built.fromMs,
    built.untilMs,
    built.frozenAtMs,
    built.dataCutOffMs,
    made.version,
  ]);
  return rowCount === 1;
}
