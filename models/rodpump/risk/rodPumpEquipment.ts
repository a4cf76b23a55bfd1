/** Records of equipment and of days as what a rod pump's risk needs. */
import type { SiteRecord } from '#schemas/records/siteRecord.js';

export type RodPumpEvent =
  /** `json` is keyed as `readWell` reads it. */
  | { readonly kind: 'installed'; readonly atMs: number; readonly json: string }
  | { readonly kind: 'pulled'; readonly atMs: number }
  /** Liquid a day on production, m³. */
  | { readonly kind: 'rate'; readonly atMs: number; readonly rateM3D: number };

const dayMs = 86_400_000;
/** A day that ran less says little of its rate [M]. */
const onHoursMin = 6;

/** Null where the record is about something else, or was taken back. */
export function rodPumpEventOf({ kind, tombstone, body }: SiteRecord): RodPumpEvent | null {
  if (tombstone) return null;
  const number = (field: string): number | null => {
    const value = body[field];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  if (kind === 'DailyProduction') {
    const [day, oil, water] = [number('day'), number('oilM3'), number('waterM3')];
    const onHours = number('onHours') ?? 24;
    if (day === null || (oil === null && water === null) || onHours < onHoursMin) return null;
    return { kind: 'rate', atMs: day * dayMs, rateM3D: (((oil ?? 0) + (water ?? 0)) * 24) / onHours };
  }
  if (body['equipment'] !== 'ROD_PUMP') return null;
  if (kind === 'EquipmentPulled') {
    const atMs = number('failedMs') ?? number('pulledMs');
    return atMs === null ? null : { kind: 'pulled', atMs };
  }
  const atMs = number('installedMs');
  if (kind !== 'EquipmentInstalled' || atMs === null) return null;
  const rods = Array.isArray(body['rods']) ? (body['rods'] as Readonly<Record<string, unknown>>[]) : [];
  const anchored = body['tubingAnchored'];
  const json = JSON.stringify({
    ...(rods.length === 0
      ? {}
      : {
          rods: rods.map((rod) => ({
            length_m: rod['lengthM'],
            d_mm: rod['diameterMm'],
            grade: rod['grade'],
          })),
        }),
    pump_d_mm: number('plungerMm'),
    pump_depth_m: number('pumpDepthM'),
    fluid_sg: number('fluidSg'),
    ...(typeof anchored === 'boolean' ? { tubing: { anchored } } : {}),
  });
  return { kind: 'installed', atMs, json };
}
