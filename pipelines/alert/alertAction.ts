/** What a person does about alerts: read from a site record of kind `AlertAction`. */
import type { Feedback } from '#schemas/records/alert.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';

export interface AlertAction {
  readonly kind: 'acknowledge' | 'shelve' | 'unshelve' | 'out-of-service' | 'return-to-service' | 'feedback';
  /** Null: whatever is open at the well. */
  readonly alertId: string | null;
  /** For shelves; null: the whole well. */
  readonly tag: string | null;
  readonly untilMs: number;
  readonly reason: string;
  readonly by: string;
  readonly feedback: Feedback | null;
}

const kinds: Readonly<Record<string, AlertAction['kind']>> = {
  ACKNOWLEDGE: 'acknowledge',
  SHELVE: 'shelve',
  UNSHELVE: 'unshelve',
  OUT_OF_SERVICE: 'out-of-service',
  RETURN_TO_SERVICE: 'return-to-service',
  FEEDBACK: 'feedback',
};
const feedbacks: Readonly<Record<string, Feedback>> = { TRUE: 'true', FALSE: 'false', KNOWN: 'known' };

/** A shelf is never for ever (ISA-18.2): at most 30 days. */
const shelfMaxMs = 30 * 86_400_000;
/** Reasons and names are kept in a well's state. */
const textMax = 200;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textMax) : '';
}

/** Null where the record is none, or was deleted. `nowMs`: when it arrived, by the cycle's clock. */
export function alertActionOf(record: SiteRecord, nowMs: number): AlertAction | null {
  if (record.kind !== 'AlertAction' || record.tombstone) return null;
  const { action, alertId, tag, untilMs, reason, by, feedback } = record.body;
  const kind = kinds[String(action)];
  if (kind === undefined) return null;
  return {
    kind,
    alertId: typeof alertId === 'string' ? alertId : null,
    tag: typeof tag === 'string' && tag !== '' ? tag : null,
    untilMs: Math.min(typeof untilMs === 'number' ? untilMs : 0, nowMs + shelfMaxMs),
    reason: textOf(reason),
    by: textOf(by),
    feedback: feedbacks[String(feedback)] ?? null,
  };
}
