/** Records of equipment as what an ESP's features begin anew with. */
import type { SiteRecord } from '#schemas/records/siteRecord.js';

/** A record and which version of it; the greatest holds. */
export interface RecordVersion {
  readonly id: string;
  readonly hlc: number;
}

/** `equipment` is keyed as `readEquipment` reads it. */
export type EspEvent =
  | {
      readonly kind: 'installed';
      readonly atMs: number;
      readonly record: RecordVersion;
      readonly equipment: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'pulled'; readonly atMs: number };

/** Field of the record → key of the equipment. */
const figures: Readonly<Record<string, string>> = {
  stages: 'stages',
  bepM3PerDay: 'bep_m3d',
  motorKw: 'motor_kw',
  motorV: 'motor_v',
  motorA: 'motor_a',
  pumpDepthM: 'pump_depth_m',
  perforationDepthM: 'perf_depth_m',
  reservoirKpa: 'pr_kpa',
  productivityM3PerDayKpa: 'j_m3d_kpa',
  oilApi: 'api',
  gorM3M3: 'gor',
  casingIdMm: 'casing_id_mm',
};

/** Null where the record is about something else, or was taken back. */
export function espEventOf({ kind, tombstone, body, recordId, hlc }: SiteRecord): EspEvent | null {
  if (tombstone || body['equipment'] !== 'ESP') return null;
  const time = (field: string): number | null => {
    const value = body[field];
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
  };
  if (kind === 'EquipmentPulled') {
    const atMs = time('failedMs') ?? time('pulledMs');
    return atMs === null ? null : { kind: 'pulled', atMs };
  }
  const atMs = time('installedMs');
  if (kind !== 'EquipmentInstalled' || atMs === null) return null;
  const equipment: Record<string, unknown> = { installed: new Date(atMs).toISOString() };
  for (const [field, key] of Object.entries(figures))
    if (typeof body[field] === 'number') equipment[key] = body[field];
  const curve = body['pumpCurve60Hz'];
  if (Array.isArray(curve) && curve.length > 0)
    equipment['pump_curve_60hz'] = curve.map((point: Readonly<Record<string, unknown>>) => {
      const { rateM3PerDay, headMPerStage, powerKwPerStage } = point;
      return typeof powerKwPerStage === 'number'
        ? [rateM3PerDay, headMPerStage, powerKwPerStage]
        : [rateM3PerDay, headMPerStage];
    });
  return { kind: 'installed', atMs, record: { id: recordId, hlc }, equipment };
}

/** The inverse, for who sends such records: the body of `EquipmentInstalled` from equipment as `labels.json` has it. */
export function installedBody(
  well: string,
  installedMs: number,
  equipment: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const body: Record<string, unknown> = { well, equipment: 'ESP' };
  body['installedMs'] = Math.trunc(installedMs);
  body['pumpCurve60Hz'] = [];
  for (const [field, key] of Object.entries(figures)) body[field] = equipment[key] ?? null;
  const curve = equipment['pump_curve_60hz'];
  if (Array.isArray(curve))
    body['pumpCurve60Hz'] = curve.map((point: readonly unknown[]) => ({
      rateM3PerDay: point[0],
      headMPerStage: point[1],
      powerKwPerStage: point[2] ?? null,
    }));
  return body;
}
