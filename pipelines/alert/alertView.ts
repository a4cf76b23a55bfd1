/** An alert as it is read from the database: the row of `alert_latest`. */
import type { AlertPriority, AlertSignal, AlarmState, PastAlert } from '#schemas/records/alert.js';
import type { TenantClient } from '#pipelines/database/asTenant.js';

export interface AlertView {
  readonly alertId: string;
  readonly startAt: Date;
  readonly endAt: Date | null;
  readonly changedAt: Date;
  readonly site: string;
  readonly well: string;
  readonly kind: string;
  readonly state: AlarmState;
  readonly priority: AlertPriority;
  readonly severity: string;
  readonly announced: boolean;
  readonly wellState: string;
  readonly deferredOilM3PerDay: number | null;
  readonly confidence: string;
  readonly activations: number;
  readonly chattering: boolean;
  readonly standing: boolean;
  readonly acknowledgedBy: string | null;
  readonly feedback: string | null;
  readonly detail: {
    readonly signals: readonly AlertSignal[];
    readonly causes: readonly string[];
    readonly sensorsMissing: readonly string[];
    readonly similar: readonly PastAlert[];
  };
}

const columns = `
  alert_id AS "alertId", start_at AS "startAt", end_at AS "endAt", changed_at AS "changedAt", site, well, kind, state,
  priority, severity, announced, well_state AS "wellState", deferred_oil_m3_per_day AS "deferredOilM3PerDay", confidence,
  activations, chattering, standing, acknowledged_by AS "acknowledgedBy", feedback, detail`;

export interface AlertFilter {
  readonly sinceMs: number;
  readonly well: string | null;
  /** Only those that ask for something: not normal, and told to somebody. */
  readonly open: boolean;
  readonly limit: number;
}

/** Newest first, the urgent before the others of the same start. */
export async function readAlerts(client: TenantClient, filter: AlertFilter): Promise<AlertView[]> {
  const { rows } = await client.query<AlertView & Record<string, unknown>>(
    `SELECT ${columns} FROM alert_latest
     WHERE start_at >= to_timestamp($1::float8 / 1000) AND ($2::text IS NULL OR well = $2)
       AND (NOT $3 OR (state <> 'normal' AND announced))
     ORDER BY start_at DESC, alert_id LIMIT $4`,
    [filter.sinceMs, filter.well, filter.open, filter.limit],
  );
  return rows;
}

/** Null where the tenant has no such alert. */
export async function readAlert(client: TenantClient, alertId: string): Promise<AlertView | null> {
  const { rows } = await client.query<AlertView & Record<string, unknown>>(
    `SELECT ${columns} FROM alert_latest WHERE alert_id = $1`,
    [alertId],
  );
  return rows[0] ?? null;
}
