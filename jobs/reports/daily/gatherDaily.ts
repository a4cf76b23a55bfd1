/** Reads everything the daily report says, in one snapshot. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import { readEspRanking } from '../../esp/readEspRanking.js';
import type { ProductionDay } from '../productionDay.js';
import { chooseTrend } from './chooseTrend.js';
import { anomaliesMax, pumpFindingsMax, type DailyReportData, type ReportTenant } from './dailyData.js';
import { readAnomalies } from './readAnomalies.js';
import { readAnomalyCounts } from './readAnomalyCounts.js';
import { readCompleteness } from './readCompleteness.js';
import { readCoverage } from './readCoverage.js';
import { readProduction } from './readProduction.js';
import { readSensorFindings } from './readSensorFindings.js';
import { readScores } from './readScores.js';
import { readTrend } from './readTrend.js';
import { readWells } from './readWells.js';

/** `client` is in a transaction under the tenant's role that has not read yet. */
export async function gatherDaily(
  client: TenantClient,
  of: { readonly tenant: ReportTenant; readonly period: ProductionDay; readonly frozenAtMs: number },
): Promise<DailyReportData> {
  // Tables that grow while they are read must not contradict each other within one report.
  await client.query('set transaction isolation level repeatable read, read only');
  const { tenant, period, frozenAtMs } = of;
  const dataCutOffMs = Math.max(period.fromMs, Math.min(period.untilMs, frozenAtMs));
  const range = { fromMs: period.fromMs, untilMs: dataCutOffMs };
  const wells = await readWells(client);
  const completeness = await readCompleteness(client, range);
  const coverage = await readCoverage(client, range);
  const anomalyCounts = await readAnomalyCounts(client, range);
  const anomalies = await readAnomalies(client, { ...range, rowsMax: anomaliesMax });
  const sensorFindings = await readSensorFindings(client, range);
  const scores = await readScores(client, range);
  const esps = await readEspRanking(client, { nowMs: dataCutOffMs });
  const pumpFindings = await readAnomalies(client, {
    ...range,
    rowsMax: pumpFindingsMax,
    detectors: ['pump-card', 'downhole-card', 'pump-off', 'pump-risk'],
  });
  const production = await readProduction(client, period.day);
  const chosen = chooseTrend({ anomalies, scores, completeness });
  const trend =
    chosen === null
      ? null
      : { wellId: chosen.wellId, series: await readTrend(client, { ...range, ...chosen }) };
  return {
    tenant,
    period,
    frozenAtMs,
    dataCutOffMs,
    wells,
    completeness,
    coverage,
    anomalyCounts,
    anomalies,
    sensorFindings,
    scores,
    esps,
    pumpFindings,
    production,
    trend,
  };
}
