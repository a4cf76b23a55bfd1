/** Makes a report and keeps it; a scheduled one is made once, and then is what it was. */
import { createHash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { asTenant } from '#pipelines/database/asTenant.js';
import { BalancinError } from '#schemas/errors.js';
import type { Language } from '../language.js';
import { reportKind } from '../reportKinds.js';
import { insertReportRun } from './insertReportRun.js';
import { readScheduledRun } from './readScheduledRun.js';
import type { ReportRun } from './reportRun.js';

export interface ReportRequest {
  readonly pool: Pool;
  /** Slug. */
  readonly tenant: string;
  /** Production day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly language: Language;
  readonly version: string;
  readonly requestedBy: string;
  readonly recipients: readonly string[];
  /** Whether a run of that day, kind and language that was made already is to be used again. */
  readonly scheduled: boolean;
  readonly now?: () => number;
}

/** Throws USAGE, NOT_FOUND. */
export async function makeReport(kindName: string, request: ReportRequest): Promise<ReportRun> {
  const { pool, tenant, day, language, scheduled, version } = request;
  const kind = reportKind(kindName);
  const readMade = (): Promise<ReportRun | null> =>
    asTenant(pool, tenant, (client) => readScheduledRun(client, { kind: kindName, day, language }));
  const made = scheduled ? await readMade() : null;
  if (made !== null) return made;
  const built = await kind.build(request);
  const run: ReportRun = {
    reportRunId: randomUUID(),
    kind: kindName,
    day,
    language,
    requestedBy: request.requestedBy,
    recipients: request.recipients,
    summary: built.summary,
    sha256: createHash('sha256').update(built.pdf).digest('hex'),
    pdf: built.pdf,
  };
  const kept = await asTenant(pool, tenant, (client) =>
    insertReportRun(client, run, { scheduled, version, built }),
  );
  if (kept) return run;
  // Another runner was faster: what it made is what is sent.
  const theirs = await readMade();
  if (theirs === null) throw new BalancinError('BUG', 'A report run was neither kept nor there already');
  return theirs;
}
