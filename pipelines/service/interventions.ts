/** When a well is out of service by its records: workovers, maintenance. */
import type { SiteRecord } from '#schemas/records/siteRecord.js';

export interface Intervention {
  readonly recordId: string;
  readonly hlc: number;
  readonly kind: 'workover' | 'maintenance';
  readonly startMs: number;
  /** Null while it lasts. */
  readonly endMs: number | null;
}

/** Of one well; the one that ended first makes room. */
export const interventionsMax = 8;

/** Null where the record is about something else; what was taken back, or ends before it begins, has the length 0. */
export function interventionOf(record: SiteRecord): Intervention | null {
  const { kind, body, recordId, hlc, tombstone } = record;
  if (kind !== 'Intervention' || typeof body['startMs'] !== 'number') return null;
  const startMs = Math.max(0, body['startMs']);
  const endMs = typeof body['endMs'] === 'number' ? Math.max(startMs, body['endMs']) : null;
  return {
    recordId: recordId.slice(0, 200),
    hlc,
    kind: body['kind'] === 'WORKOVER' ? 'workover' : 'maintenance',
    startMs,
    endMs: tombstone ? startMs : endMs,
  };
}

/** With the newer version of a record. */
export function withIntervention(
  known: readonly Intervention[],
  added: Intervention,
): readonly Intervention[] {
  const before = known.find(({ recordId }) => recordId === added.recordId);
  if (before !== undefined && before.hlc >= added.hlc) return known;
  const others = known.filter(({ recordId }) => recordId !== added.recordId);
  return [...others, added]
    .sort((a, b) => (a.endMs ?? Infinity) - (b.endMs ?? Infinity) || a.startMs - b.startMs)
    .slice(-interventionsMax);
}

/** A workover outweighs maintenance at the same time; null in service. */
export function interventionAt(known: readonly Intervention[], atMs: number): Intervention['kind'] | null {
  let found: Intervention['kind'] | null = null;
  for (const { kind, startMs, endMs } of known)
    if (atMs >= startMs && atMs < (endMs ?? Infinity) && found !== 'workover') found = kind;
  return found;
}
