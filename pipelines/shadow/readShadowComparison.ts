/** Reads what a shadow and those in force said of the same wells in the same time. */
import type { Feedback } from '#schemas/records/alert.js';
import type { TenantClient } from '#pipelines/database/asTenant.js';
import {
  type ComparedAlert,
  type ComparedWell,
  compareShadow,
  type ShadowComparison,
} from './compareShadow.js';

export interface ShadowPeriod {
  readonly shadow: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Null: all. */
  readonly well: string | null;
}

/** Names of shadows that ran before the end of the period, in order. */
export async function readShadowNames(client: TenantClient, toMs: number): Promise<string[]> {
  const { rows } = await client.query<{ shadow: string }>(
    `SELECT DISTINCT shadow FROM shadow_anomaly
     WHERE detector = 'shadow' AND start_at < to_timestamp($1::float8 / 1000) ORDER BY shadow`,
    [toMs],
  );
  return rows.map(({ shadow }) => shadow);
}

/** Only wells on which the shadow ran, from then on; alerts that began in the period and were, or would have been, sent. */
export async function readShadowComparison(
  client: TenantClient,
  period: ShadowPeriod,
): Promise<ShadowComparison> {
  const values = [period.shadow, period.fromMs, period.toMs, period.well];
  const { rows: wells } = await client.query<ComparedWell & Record<string, unknown>>(
    `${watched} SELECT w.well_id AS "wellId", count(DISTINCT r.bucket)::float8 / 1440 AS days
     FROM watched w LEFT JOIN reading_1m r
       ON r.well_id = w.well_id AND r.bucket >= w.from_at AND r.bucket < w.to_at
     GROUP BY w.well_id ORDER BY w.well_id`,
    values,
  );
  const { rows: old } = await client.query<AlertRow>(alertsOf('alert', 'true'), values);
  const { rows: shadow } = await client.query<AlertRow>(alertsOf('shadow_alert', 'a.shadow = $1'), values);
  return compareShadow(wells, old.map(comparedOf), shadow.map(comparedOf));
}

const watched = `
  WITH watched AS (
    SELECT b.well_id, s.name || '/' || w.name AS well,
           greatest(min(b.start_at), to_timestamp($2::float8 / 1000)) AS from_at, to_timestamp($3::float8 / 1000) AS to_at
    FROM shadow_anomaly b JOIN well w USING (well_id) JOIN site s USING (site_id)
    WHERE b.shadow = $1 AND b.detector = 'shadow' AND ($4::text IS NULL OR w.name = $4)
    GROUP BY b.well_id, s.name, w.name
    HAVING min(b.start_at) < to_timestamp($3::float8 / 1000)
  )`;

interface AlertRow extends Record<string, unknown> {
  readonly alertId: string;
  readonly wellId: number;
  readonly well: string;
  readonly startAt: Date;
  readonly endAt: Date | null;
  readonly saidAt: Date;
  readonly firstOutTag: string | null;
  readonly cause: string | null;
  readonly feedback: Feedback | null;
}

/** `table` and `condition` are of this file. */
function alertsOf(table: 'alert' | 'shadow_alert', condition: string): string {
  const newest = (column: string): string =>
    `(array_agg(${column} ORDER BY a.revision DESC, a.cycle DESC))[1]`;
  return `${watched}
    SELECT a.alert_id AS "alertId", a.well_id AS "wellId", w.well, a.start_at AS "startAt",
           ${newest('a.end_at')} AS "endAt", min(a.changed_at) FILTER (WHERE a.announced) AS "saidAt",
           ${newest('a.first_out_tag')} AS "firstOutTag", ${newest(`a.detail->'causes'->>0`)} AS cause,
           ${newest('a.feedback')} AS feedback
    FROM ${table} a JOIN watched w USING (well_id)
    WHERE a.start_at >= w.from_at AND a.start_at < w.to_at AND a.kind = 'process' AND ${condition}
    GROUP BY a.alert_id, a.well_id, w.well, a.start_at
    HAVING bool_or(a.announced)`;
}

function comparedOf({ startAt, endAt, saidAt, cause, ...row }: AlertRow): ComparedAlert {
  return {
    ...row,
    startMs: startAt.getTime(),
    endMs: endAt === null ? null : endAt.getTime(),
    saidMs: saidAt.getTime(),
    cause: cause ?? 'unknown',
  };
}
