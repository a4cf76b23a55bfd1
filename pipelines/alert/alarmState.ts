/** The state machine of an alarm (ISA-18.2-2016, 5.3): its state follows from its condition and from what people decided. */
import type { AlarmState } from '#schemas/records/alert.js';

export interface AlarmCondition {
  /** Whether the process is in the alarm condition, delays and dead bands included. */
  readonly active: boolean;
  readonly acknowledged: boolean;
  /** Shelved until this time, ms; null where it is not. A shelf expires by itself. */
  readonly shelvedUntilMs: number | null;
  /** By the well's own state: starting, shut-in, its choke just moved. */
  readonly suppressed: boolean;
  readonly outOfService: boolean;
}

/** Out of service wins over a shelf, a shelf over suppression by design: who decided last and most consciously is shown. */
export function alarmState(condition: AlarmCondition, nowMs: number): AlarmState {
  if (condition.outOfService) return 'out-of-service';
  if (condition.shelvedUntilMs !== null && nowMs < condition.shelvedUntilMs) return 'shelved';
  if (condition.active) {
    if (condition.suppressed) return 'suppressed';
    return condition.acknowledged ? 'acknowledged' : 'unacknowledged';
  }
  return condition.acknowledged ? 'normal' : 'returned-unacknowledged';
}

/** Whether people are told: what is shelved, suppressed or out of service is written down only. */
export function isAnnounced(state: AlarmState): boolean {
  return state !== 'shelved' && state !== 'suppressed' && state !== 'out-of-service';
}
