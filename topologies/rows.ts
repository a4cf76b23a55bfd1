/** Alerts, findings, scores and records as rows of their tables, in the tables' column order. */
import type { Alert } from '#schemas/records/alert.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { EspRisk } from '#schemas/records/espRisk.js';
import type { RodPumpRisk } from '#schemas/records/rodPumpRisk.js';
import type { Score } from '#schemas/records/score.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import { alert } from '#schemas/tables/alert.js';
import { anomaly } from '#schemas/tables/anomaly.js';
import { dailyProduction } from '#schemas/tables/dailyProduction.js';
import { espRisk } from '#schemas/tables/espRisk.js';
import { rodPumpRisk } from '#schemas/tables/rodPumpRisk.js';
import { score } from '#schemas/tables/score.js';
import { shadowAlert, shadowAnomaly } from '#schemas/tables/shadow.js';
import { siteRecord } from '#schemas/tables/siteRecord.js';
import type { Table } from '#schemas/tables/table.js';
import type { ShadowBegin } from '#pipelines/shadow/shadowWatch.js';
import type { Cell } from '#pipelines/commit/columnWriters.js';

type Row = [table: Table, schema: string, values: readonly Cell[]];

export function anomalyRow(a: Anomaly): Row {
  return [
    anomaly,
    a.well.tenant.schema,
    [
      a.startMs,
      a.endMs,
      a.anomalyId,
      a.well.wellId,
      a.tag,
      a.lane === 'backfill',
      a.detector,
      a.kind,
      a.severity,
      a.score,
      a.expected,
      a.actual,
      a.unit,
      a.textKey,
      a.contributions ?? null,
    ],
  ];
}

export function alertRow(a: Alert): Row {
  const { signals, causes, sensorsMissing, similar } = a;
  return [
    alert,
    a.well.tenant.schema,
    [
      a.startMs,
      a.endMs,
      a.changedMs,
      a.alertId,
      a.revision,
      a.well.wellId,
      a.kind,
      a.state,
      a.priority,
      a.severity,
      a.announced,
      a.firstOut?.tag ?? null,
      a.wellState,
      a.deferredOilM3PerDay,
      a.confidence,
      a.activations,
      a.chattering,
      a.standing,
      a.acknowledgedBy,
      a.feedback,
      { signals, causes, sensorsMissing, similar },
    ],
  ];
}

/** Its detector is `shadow`: since when the shadow runs on the well. */
export function shadowBeginRow(shadow: string, { well, startMs }: ShadowBegin): Row {
  const anomalyId = [well.tenant.slug, well.wellId, 'shadow', shadow, startMs].join('/');
  return shadowAnomalyRow(shadow, {
    anomalyId,
    well,
    lane: 'live',
    tag: null,
    detector: 'shadow',
    kind: 'quality',
    severity: 'info',
    startMs,
    endMs: startMs,
    score: 0,
    expected: null,
    actual: null,
    unit: null,
    textKey: 'begun',
  });
}

export function shadowAnomalyRow(shadow: string, finding: Anomaly): Row {
  const [, schema, values] = anomalyRow(finding);
  return [shadowAnomaly, schema, [shadow, ...values]];
}

export function shadowAlertRow(shadow: string, alert: Alert): Row {
  const [, schema, values] = alertRow(alert);
  return [shadowAlert, schema, [shadow, ...values]];
}

export function scoreRow(s: Score): Row {
  return [
    score,
    s.well.tenant.schema,
    [
      s.atMs,
      s.well.wellId,
      s.lane === 'backfill',
      s.model,
      s.version,
      s.shadow,
      s.value,
      s.threshold,
      s.coverage,
      s.contributions,
    ],
  ];
}

export function rodPumpRiskRow(r: RodPumpRisk): Row {
  const { modes, contributions, missing } = r;
  return [
    rodPumpRisk,
    r.well.tenant.schema,
    [
      r.atMs,
      r.well.wellId,
      r.lane === 'backfill',
      r.model,
      r.version,
      r.risk,
      r.threshold,
      r.alert,
      r.mode,
      r.coverage,
      { modes, contributions, missing },
    ],
  ];
}

export function espRiskRow(r: EspRisk): Row {
  const { modes, missing, penalties, contributions, yesterday, downHours, unscoredDays } = r;
  return [
    espRisk,
    r.well.tenant.schema,
    [
      r.atMs,
      r.well.wellId,
      r.lane === 'backfill',
      r.model,
      r.version,
      r.shadow,
      r.known,
      r.risk7,
      r.risk7Low,
      r.risk7High,
      r.risk30,
      r.risk30Low,
      r.risk30High,
      r.threshold,
      r.alert,
      r.mode,
      r.modeProbability,
      r.health,
      r.runLifeDays,
      r.maturity,
      r.producing,
      r.deferredM3PerDay,
      r.deferredOf,
      r.coverage,
      { modes, missing, penalties, contributions, yesterday, downHours, unscoredDays },
      r.levels,
    ],
  ];
}

export function siteRecordRow(r: SiteRecord): Row {
  return [siteRecord, r.tenant.schema, [r.kind, r.recordId, r.site, r.hlc, r.tombstone, r.wellId, r.body]];
}

const dayMs = 86_400_000;

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Null where the record is not one of daily production. A deleted one has no volumes. */
export function dailyProductionRow(r: SiteRecord): Row | null {
  if (r.kind !== 'DailyProduction' || r.wellId === null) return null;
  const { day, oilM3, gasSm3, waterM3, onHours, method } = r.body;
  const volume = (value: unknown): number | null => (r.tombstone ? null : numberOrNull(value));
  return [
    dailyProduction,
    r.tenant.schema,
    [
      (numberOrNull(day) ?? 0) * dayMs,
      r.wellId,
      r.hlc,
      volume(oilM3),
      volume(gasSm3),
      volume(waterM3),
      volume(onHours),
      typeof method === 'string' ? method.toLowerCase() : 'estimated',
    ],
  ];
}
