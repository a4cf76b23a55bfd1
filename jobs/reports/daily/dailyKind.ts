/** The daily report as the catalogue of reports knows it. */
import { lastProductionDay } from '../productionDay.js';
import type { ReportKind } from '../reportKind.js';
import { dailyReport } from './dailyReport.js';

/** Time for what sites buffered over the cut-off to arrive, and for the rollups: most sync within minutes. */
const afterCutOffMinutes = 30;
const minutesADay = 1_440;

export const dailyKind: ReportKind = {
  name: 'daily',
  schedule(tenant) {
    const minute = (tenant.cutOffMinutes + afterCutOffMinutes) % minutesADay;
    return { pattern: `${minute % 60} ${Math.floor(minute / 60)} * * *`, timeZone: tenant.timeZone };
  },
  dayOf: (slotMs, rule) => lastProductionDay(slotMs, rule).day,
  build: dailyReport,
};
