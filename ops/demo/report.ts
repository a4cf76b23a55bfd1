/** The demo's report: the production day that the recordings were moved to, as PDF and as mail in a folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runReport } from '#jobs/runReport.js';
import { productionDayAt } from '#jobs/reports/productionDay.js';
import { rollUp } from '#jobs/rollup/rollUp.js';
import { readTenant } from '#jobs/tenants/readTenant.js';
import type { Cell } from '#ops/cell/cell.js';
import { version } from '#ops/version.js';

/** The recordings end now: a day that began less than half their length ago holds the lesser part of them. */
const recordingMs = 6 * 3_600_000;

export async function makeDemoReport(
  cell: Cell,
  tenant: string,
  nowMs: number,
  language: 'es' | 'en',
): Promise<string> {
  await rollUp(cell.pool, tenant);
  const rule = await readTenant(cell.pool, tenant);
  const { day } = productionDayAt(nowMs - recordingMs / 2, rule);
  const run = await runReport('daily', {
    pool: cell.pool,
    tenant,
    day,
    language,
    version,
    requestedBy: 'demo',
  });
  const folder = join(cell.config.dataDir, 'reports');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `daily-${tenant}-${day}-${language}.pdf`);
  await writeFile(file, run.pdf);
  return file;
}
