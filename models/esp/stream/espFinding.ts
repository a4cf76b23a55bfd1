/** What the risk model and the fast rules find of an ESP, as findings that alerts are made of. */
import type { Anomaly, Severity } from '#schemas/records/anomaly.js';
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { Operator } from '#pipelines/operator.js';
import type { FastEvent } from '../rules/eventRules.js';
import type { EspOutcome } from './espScoreOperator.js';
import type { RiskMemory } from './riskMemory.js';

/** Of outcomes those that open or close an alert. */
export function createEspFindingsOperator(): Operator<EspOutcome, Anomaly> {
  return {
    name: 'esp-findings',
    process({ finding }, emit) {
      if (finding !== null) emit(finding);
    },
  };
}

/** From here on a crew is planned for, not watched for. */
const criticalRisk7 = 0.5;

export function espFinding(
  well: WellRef,
  { last, openedMode }: RiskMemory,
  { openedMs, endMs }: { readonly openedMs: number; readonly endMs: number | null },
): Anomaly {
  const risk7 = last?.risk7 ?? 0;
  return {
    ...findingOf(well, 'live', 'esp-risk', openedMs, endMs),
    severity: risk7 >= criticalRisk7 ? 'critical' : 'warning',
    score: risk7,
    textKey: openedMode,
  };
}

/** What breaks the pump or the motor within the hour. */
const critical: ReadonlySet<FastEvent> = new Set([
  'broken_shaft',
  'gas_lock',
  'dead_head',
  'reverse_rotation',
  'overheating',
]);

export function espEventFinding(
  well: WellRef,
  lane: Lane,
  event: FastEvent,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number | null },
): Anomaly {
  const severity: Severity = critical.has(event) ? 'critical' : 'warning';
  return { ...findingOf(well, lane, `esp-rule-${event}`, startMs, endMs), severity, textKey: event };
}

function findingOf(well: WellRef, lane: Lane, name: string, startMs: number, endMs: number | null): Anomaly {
  return {
    anomalyId: [well.tenant.slug, well.wellId, '', name, lane, startMs].join('/'),
    well,
    lane,
    tag: null,
    detector: name.startsWith('esp-rule') ? 'esp-rule' : name,
    kind: 'process',
    severity: 'warning',
    startMs,
    endMs,
    score: 1,
    expected: null,
    actual: null,
    unit: null,
    textKey: '',
  };
}
