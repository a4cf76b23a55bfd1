/** How urgent an alert is: severity first, raised by the oil that is at stake. */
import type { AlertPriority } from '#schemas/records/alert.js';
import type { Severity } from '#schemas/records/anomaly.js';
import type { AlertLimits } from './alertLimits.js';

const order: readonly AlertPriority[] = ['low', 'medium', 'high'];
const ofSeverity: Readonly<Record<Severity, number>> = { info: 0, warning: 0, critical: 1 };

/** One step up from `mediumDeferredM3PerDay`, two from `high…`: EEMUA 191 wants about 80 low, 15 medium, 5 high in a hundred. */
export function priorityOf(
  severity: Severity,
  deferredM3PerDay: number | null,
  limits: AlertLimits,
): AlertPriority {
  const deferred = deferredM3PerDay ?? 0;
  const raise =
    deferred >= limits.highDeferredM3PerDay ? 2 : deferred >= limits.mediumDeferredM3PerDay ? 1 : 0;
  return order[Math.min(2, ofSeverity[severity] + raise)] as AlertPriority;
}
