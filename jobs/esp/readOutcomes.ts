/** Reads what sites recorded of their ESPs: installed, pulled, inspected. */
import type { TenantClient } from '#pipelines/database/asTenant.js';

export type EspOutcomeRecord =
  | { readonly kind: 'installed'; readonly wellId: number; readonly atMs: number; readonly toldMs: number }
  | {
      readonly kind: 'pulled';
      readonly wellId: number;
      readonly atMs: number;
      readonly failedMs: number | null;
      readonly reason: 'FAILURE' | 'PREVENTIVE' | 'OTHER';
      readonly mode: string | null;
      readonly cause: string | null;
      readonly finding: Finding;
    }
  | {
      readonly kind: 'inspected';
      readonly wellId: number;
      readonly atMs: number;
      readonly mode: string | null;
      readonly finding: Finding;
    };

export type Finding = 'CONFIRMED' | 'NOT_FOUND' | 'NOT_INSPECTED';

interface RecordRow extends Record<string, unknown> {
  readonly kind: string;
  readonly wellId: number;
  readonly hlc: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const hlcPerMs = 1024;

/** By time. Records of one well and kind that were written again count as they were last. */
export async function readOutcomes(client: TenantClient): Promise<EspOutcomeRecord[]> {
  const { rows } = await client.query<RecordRow>(
    `SELECT l.kind, l.well_id AS "wellId", l.body,
            (SELECT min(r.hlc) FROM site_record r WHERE r.kind = l.kind AND r.record_id = l.record_id) AS hlc
     FROM site_record_latest l
     WHERE l.kind IN ('EquipmentInstalled', 'EquipmentPulled', 'EquipmentInspected') AND NOT l.tombstone
       AND l.body ->> 'equipment' = 'ESP' AND l.well_id IS NOT NULL`,
  );
  return rows.flatMap((row) => outcomeOf(row) ?? []).sort((a, b) => a.atMs - b.atMs);
}

function outcomeOf({ kind, wellId, hlc, body }: RecordRow): EspOutcomeRecord | null {
  const time = (field: string): number | null => {
    const value = body[field];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const words = (field: string): string | null => {
    const value = body[field];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const finding = (words('finding') ?? 'NOT_INSPECTED') as Finding;
  const mode = words('mode');
  if (kind === 'EquipmentInstalled') {
    const atMs = time('installedMs');
    return atMs === null ? null : { kind: 'installed', wellId, atMs, toldMs: Number(hlc) / hlcPerMs };
  }
  if (kind === 'EquipmentInspected') {
    const atMs = time('inspectedMs');
    return atMs === null ? null : { kind: 'inspected', wellId, atMs, mode, finding };
  }
  const atMs = time('pulledMs');
  if (atMs === null) return null;
  const reason = (words('reason') ?? 'OTHER') as 'FAILURE' | 'PREVENTIVE' | 'OTHER';
  const failedMs = time('failedMs') ?? (reason === 'FAILURE' ? atMs : null);
  return { kind: 'pulled', wellId, atMs, failedMs, reason, mode, cause: words('cause'), finding };
}
