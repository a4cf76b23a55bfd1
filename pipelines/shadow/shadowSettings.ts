/** Settings of detection that run beside those in force, on some wells, without alerting anybody. */
import type { WellRef } from '#schemas/records/wellRef.js';
import type { AlertRule } from '../alert/alertRules.js';
import type { DetectionRule } from '../detect/detectionRules.js';

export interface ShadowSettings {
  /** What its findings and alerts are kept under; another name is another trial. */
  readonly name: string;
  /** Wells it runs on; what an entry leaves out is any. A site is a field where a field has one edge. */
  readonly wells: readonly {
    readonly tenant: string;
    readonly site?: string | undefined;
    readonly well?: string | undefined;
  }[];
  /** Over the rules in force, whatever those speak of. */
  readonly rules?: readonly DetectionRule[] | undefined;
  readonly alerts?: readonly AlertRule[] | undefined;
}

export function isShadowed(
  settings: ShadowSettings | null | undefined,
  { tenant, site, well }: WellRef,
): boolean {
  return (settings?.wells ?? []).some(
    (one) =>
      one.tenant === tenant.slug &&
      (one.site === undefined || one.site === site) &&
      (one.well === undefined || one.well === well),
  );
}
