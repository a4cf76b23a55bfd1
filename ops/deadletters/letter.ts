/** A dead letter as operators see it, and how they say which ones they mean. */
import { BalancinError } from '#schemas/errors.js';
import { rejectReasons } from '#schemas/records/deadLetter.js';
import { parsePlace, type RecordPlace } from '#pipelines/log/recordPlace.js';

export interface Letter extends RecordPlace {
  readonly id: number;
  readonly arrivedAt: Date;
  readonly tenant: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly state: 'open' | 'replayed' | 'skipped';
  /** What the workers made of its replay; null before, or where it was not replayed. */
  readonly outcome: 'accepted' | 'duplicate' | 'rejected' | null;
  readonly decidedAt: Date | null;
  readonly actor: string | null;
  readonly why: string | null;
  readonly replays: number;
}

/** Columns of `balancin.dead_letter_state` under the names above. */
export const letterColumns = `
  dead_letter_id::float8 AS id, arrived_at AS "arrivedAt", topic, partition, record_offset::float8 AS "offset", tenant, reason,
  detail, state, outcome, decided_at AS "decidedAt", actor, why, replays`;

export interface LetterFilter {
  readonly tenant?: string | undefined;
  readonly reason?: string | undefined;
  readonly topic?: string | undefined;
  /** Arrived at or after. */
  readonly since?: Date | undefined;
  readonly state?: string | undefined;
}

/** One letter by its id or by its record's place. */
export type LetterName = { readonly id: number } | RecordPlace;

/** `17` or `edge.telemetry.v1/3@42`. Throws USAGE. */
export function parseLetterName(text: string): LetterName {
  if (/^\d{1,15}$/.test(text)) return { id: Number(text) };
  const place = parsePlace(text);
  if (place !== null) return place;
  throw new BalancinError(
    'USAGE',
    `'${text.slice(0, 80)}' is not a dead letter: give its id, or its place as topic/partition@offset`,
  );
}

/** Throws USAGE where a value cannot be meant. */
export function parseFilter(given: {
  readonly tenant?: string | undefined;
  readonly reason?: string | undefined;
  readonly topic?: string | undefined;
  readonly since?: string | undefined;
  readonly state?: string | undefined;
}): LetterFilter {
  const { reason, since, state } = given;
  if (reason !== undefined && !(rejectReasons as readonly string[]).includes(reason))
    throw new BalancinError('USAGE', `--reason takes one of ${rejectReasons.join(', ')}`);
  if (state !== undefined && !['open', 'replayed', 'skipped', 'all'].includes(state))
    throw new BalancinError('USAGE', '--state takes open, replayed, skipped or all');
  const sinceDate = since === undefined ? undefined : new Date(since);
  if (sinceDate !== undefined && Number.isNaN(sinceDate.getTime()))
    throw new BalancinError('USAGE', `--since takes a time as 2026-03-01T06:00:00Z, not '${since}'`);
  return {
    tenant: given.tenant,
    reason,
    topic: given.topic,
    since: sinceDate,
    state: state === 'all' ? undefined : state,
  };
}

/** What came from outside, fit for a terminal: its control characters would be obeyed there. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD');
}
