/** Reads what the active risk model said of a tenant's ESPs: the newest score of each, or one well's history. */
import type { FailureRisk } from '#schemas/records/espRisk.js';
import type { EspContribution, EspYesterday } from '#schemas/records/espRisk.js';
import type { TenantClient } from '#pipelines/database/asTenant.js';

export interface EspRiskRow extends FailureRisk, Record<string, unknown> {
  readonly wellId: number;
  readonly site: string;
  readonly well: string;
  readonly status: string;
  readonly atMs: number;
  readonly model: string;
  readonly version: string;
  readonly known: boolean;
  readonly threshold: number;
  readonly alert: boolean;
  readonly mode: string | null;
  readonly modeProbability: number;
  readonly health: number;
  readonly runLifeDays: number;
  readonly maturity: number;
  readonly producing: boolean;
  readonly deferredM3PerDay: number | null;
  readonly deferredOf: 'oil' | 'liquid' | null;
  readonly detail: {
    readonly modes: Readonly<Record<string, number>>;
    readonly missing: readonly string[];
    readonly penalties: readonly { readonly name: string; readonly points: number }[];
    readonly contributions: readonly EspContribution[];
    readonly yesterday: EspYesterday | null;
    readonly downHours: number;
    /** Not in rows of before it was counted. */
    readonly unscoredDays?: number;
  };
  readonly levels: Readonly<Record<string, number>>;
}

const columns = `
  r.well_id AS "wellId", s.name AS site, w.name AS well, w.status, (extract(epoch FROM r.at) * 1000)::float8 AS "atMs",
  r.model, r.version, r.known, r.risk7, r.risk7_lo AS "risk7Low", r.risk7_hi AS "risk7High", r.risk30,
  r.risk30_lo AS "risk30Low", r.risk30_hi AS "risk30High", r.threshold, r.alert, r.mode, r.mode_p AS "modeProbability",
  r.health, r.run_life_days AS "runLifeDays", r.maturity, r.producing, r.deferred_m3_per_day AS "deferredM3PerDay",
  r.deferred_of AS "deferredOf", r.detail, r.levels`;

/** A well that was not scored for so long has gone elsewhere. */
const newestDays = 30;

/** Newest first in time only within a well; wells by name. What was scored at or before `untilMs`. */
export async function readNewestRisks(client: TenantClient, untilMs: number): Promise<EspRiskRow[]> {
  const { rows } = await client.query<EspRiskRow>(
    `SELECT * FROM (
       SELECT DISTINCT ON (r.well_id) ${columns}
       FROM esp_risk r JOIN well w USING (well_id) JOIN site s USING (site_id)
       WHERE NOT r.shadow AND r.at <= to_timestamp($1::float8 / 1000)
         AND r.at > to_timestamp($1::float8 / 1000) - make_interval(days => $2)
       ORDER BY r.well_id, r.at DESC, r.historical, r.cycle DESC
     ) newest ORDER BY site, well`,
    [untilMs, newestDays],
  );
  return rows;
}

/** Of one well, a score a time, oldest first. */
export async function readRiskHistory(
  client: TenantClient,
  of: { readonly wellId: number; readonly fromMs: number; readonly untilMs: number },
): Promise<EspRiskRow[]> {
  const { rows } = await client.query<EspRiskRow>(
    `SELECT DISTINCT ON (r.at) ${columns}
     FROM esp_risk r JOIN well w USING (well_id) JOIN site s USING (site_id)
     WHERE NOT r.shadow AND r.well_id = $1 AND r.at >= to_timestamp($2::float8 / 1000)
       AND r.at <= to_timestamp($3::float8 / 1000)
     ORDER BY r.at, r.historical, r.cycle DESC`,
    [of.wellId, of.fromMs, of.untilMs],
  );
  return rows;
}
