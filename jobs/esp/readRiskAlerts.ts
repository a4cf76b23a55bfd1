/** Reads the alerts that the risk model raised for a tenant, and how many well-days it watched. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { RiskAlert } from './alertEndings.js';

export interface RiskAlerts {
  readonly alerts: readonly (RiskAlert & { readonly site: string; readonly well: string })[];
  /** Scored with something to compare with, while producing. */
  readonly wellDays: number;
}

export async function readRiskAlerts(
  client: TenantClient,
  of: { readonly fromMs: number; readonly untilMs: number },
): Promise<RiskAlerts> {
  const alerts = await client.query<RiskAlert & { site: string; well: string } & Record<string, unknown>>(
    `SELECT well_id AS "wellId", site, well, text_key AS mode, (extract(epoch FROM start_at) * 1000)::float8 AS "startMs",
            (extract(epoch FROM end_at) * 1000)::float8 AS "endMs"
     FROM anomaly_latest WHERE detector = 'esp-risk' AND NOT historical
       AND start_at >= to_timestamp($1::float8 / 1000) AND start_at <= to_timestamp($2::float8 / 1000)
     ORDER BY start_at, well_id`,
    [of.fromMs, of.untilMs],
  );
  const days = await client.query<{ days: number }>(
    `SELECT count(DISTINCT (well_id, at))::int AS days FROM esp_risk WHERE NOT shadow AND NOT historical AND known AND producing
       AND at >= to_timestamp($1::float8 / 1000) AND at <= to_timestamp($2::float8 / 1000)`,
    [of.fromMs, of.untilMs],
  );
  return { alerts: alerts.rows, wellDays: days.rows[0]?.days ?? 0 };
}
