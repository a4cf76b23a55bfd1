/** The daily production and condition summary of a tenant: what was read, and its PDF. */
import type { Pool } from 'pg';
import { asTenant } from '#pipelines/database/asTenant.js';
import { readTenant } from '../../tenants/readTenant.js';
import type { Language } from '../language.js';
import { productionDay } from '../productionDay.js';
import type { BuiltReport } from '../reportKind.js';
import { typeset } from '../typeset.js';
import type { DailyReportData } from './dailyData.js';
import { type DailyView, dailyView } from './dailyView.js';
import { gatherDaily } from './gatherDaily.js';

export interface DailyReportOptions {
  readonly pool: Pool;
  /** Slug. */
  readonly tenant: string;
  /** Production day, by the local date it begins on: `YYYY-MM-DD`. */
  readonly day: string;
  readonly language: Language;
  /** Of Balancín, printed on the report. */
  readonly version: string;
  readonly now?: () => number;
}

export interface DailyReport extends BuiltReport {
  readonly data: DailyReportData;
}

/** Throws NOT_FOUND for an unknown tenant, USAGE for a day that is none. */
export async function dailyReport(options: DailyReportOptions): Promise<DailyReport> {
  const tenant = await readTenant(options.pool, options.tenant);
  const period = productionDay(options.day, tenant);
  const frozenAtMs = (options.now ?? Date.now)();
  const data = await asTenant(options.pool, tenant.slug, (client) =>
    gatherDaily(client, { tenant, period, frozenAtMs }),
  );
  const view = dailyView(data, options.language, options.version);
  const pdf = await typeset({ template: import.meta.resolve('#jobs/reports/daily/daily.typ'), data: view });
  const { fromMs, untilMs } = period;
  return {
    pdf,
    data,
    fromMs,
    untilMs,
    frozenAtMs,
    dataCutOffMs: data.dataCutOffMs,
    summary: summaryOf(view),
  };
}

function summaryOf(view: DailyView): BuiltReport['summary'] {
  return {
    title: view.texts.title,
    tenant: view.tenant,
    day: view.day,
    note: view.production.length === 0 ? view.texts.noRates : null,
    figures: [...view.keyFigures, ...view.production].map((figure) => ({
      label: figure.label,
      value: figure.unit === '' ? figure.value : `${figure.value} ${figure.unit}`,
      note: figure.note,
    })),
  };
}
