/** Reads a tenant's ranking of ESPs as it was at a time. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import { readDaysDown } from './daysDown.js';
import { type EspRanking, type ModelFinding, rankEsps } from './espRanking.js';
import { readNewestRisks } from './readEspRisks.js';
import { readOutcomes } from './readOutcomes.js';

/** Days whose recorded oil stands for a well's rate. */
const rateDays = 30;

export async function readEspRanking(
  client: TenantClient,
  /** `expectedDaysDown`: of all wells, whatever was set. */
  options: { readonly nowMs: number; readonly expectedDaysDown?: number },
): Promise<EspRanking> {
  const { nowMs, expectedDaysDown } = options;
  const daysDown =
    expectedDaysDown === undefined
      ? await readDaysDown(client)
      : { bySite: new Map<string, number>(), others: expectedDaysDown };
  const rows = await readNewestRisks(client, nowMs);
  const oil = await client.query<{ wellId: number; oil: number }>(
    `SELECT well_id AS "wellId", avg(oil_m3 * 24 / on_hours)::float8 AS oil FROM daily_production_latest
     WHERE day > to_timestamp($1::float8 / 1000)::date - $2::int AND oil_m3 IS NOT NULL AND on_hours > 1 GROUP BY well_id`,
    [nowMs, rateDays],
  );
  const recordedOil = new Map(oil.rows.map((row) => [row.wellId, row.oil]));
  const drift = await client.query<ModelFinding & Record<string, unknown>>(
    `SELECT version, kind, subject, (extract(epoch FROM opened_at) * 1000)::float8 AS "openedMs" FROM model_finding
     WHERE closed_at IS NULL AND version = ANY ($1) ORDER BY kind, opened_at, subject`,
    [[...new Set(rows.map(({ version }) => version))]],
  );
  const records = await readOutcomes(client);
  return rankEsps({ rows, records, recordedOil, daysDown, drift: drift.rows, nowMs });
}
