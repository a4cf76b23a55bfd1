/** What is known of an ESP's installation; a figure that cannot be true counts as missing, and is told by name. */

export interface PumpCurvePoint {
  readonly rateM3D: number;
  readonly headMPerStage: number;
  /** NaN where the curve gives no power. */
  readonly powerKwPerStage: number;
}

/** Every field may be missing. */
export interface Equipment {
  readonly installedMs: number | null;
  readonly stages: number | null;
  readonly bepM3D: number | null;
  /** At 60 Hz, water (specific gravity 1), by rising rate. */
  readonly pumpCurve60Hz: readonly PumpCurvePoint[] | null;
  readonly motorKw: number | null;
  readonly motorV: number | null;
  readonly motorA: number | null;
  readonly pumpDepthM: number | null;
  readonly perfDepthM: number | null;
  readonly reservoirKpa: number | null;
  readonly productivityM3DKpa: number | null;
  readonly oilApi: number | null;
  readonly gorM3M3: number | null;
  readonly casingIdMm: number | null;
  /** What was given and not believed, as sentences. */
  readonly problems: readonly string[];
}

/** Least and greatest of each [common practice]: beyond them a figure is a slip of unit or key. */
const ranges = {
  stages: [1, 800],
  bep_m3d: [5, 10_000],
  motor_kw: [2, 1500],
  motor_v: [200, 8000],
  motor_a: [5, 500],
  pump_depth_m: [50, 6000],
  perf_depth_m: [50, 8000],
  pr_kpa: [500, 100_000],
  j_m3d_kpa: [0.0005, 50],
  api: [5, 60],
  gor: [0, 5000],
  casing_id_mm: [80, 400],
} as const;

const curvePoints = { min: 3, max: 200 };

/** `json` is `labels.json`'s `equipment`, keys as there. Never throws: without any figure everything is null. */
export function readEquipment(json: unknown): Equipment {
  const given: Record<string, unknown> = isObject(json) ? json : {};
  const problems: string[] = [];
  if (json !== undefined && json !== null && !isObject(json))
    problems.push('equipment is not an object: all of it is taken as missing');
  const number = (key: keyof typeof ranges): number | null => {
    const value = given[key];
    if (value === undefined || value === null) return null;
    const [low, high] = ranges[key];
    if (typeof value === 'number' && value >= low && value <= high) return value;
    problems.push(`${key} ${shown(value)} is not between ${low} and ${high}: taken as missing`);
    return null;
  };
  const stages = number('stages');
  const pumpDepthM = number('pump_depth_m');
  let perfDepthM = number('perf_depth_m');
  if (pumpDepthM !== null && perfDepthM !== null && perfDepthM < pumpDepthM * 0.8) {
    problems.push(`perf_depth_m ${perfDepthM} is far above the pump at ${pumpDepthM}: taken as missing`);
    perfDepthM = null;
  }
  return {
    installedMs: readTime(given['installed'], problems),
    stages: stages === null ? null : Math.round(stages),
    bepM3D: number('bep_m3d'),
    pumpCurve60Hz: readCurve(given['pump_curve_60hz'], problems),
    motorKw: number('motor_kw'),
    motorV: number('motor_v'),
    motorA: number('motor_a'),
    pumpDepthM,
    perfDepthM,
    reservoirKpa: number('pr_kpa'),
    productivityM3DKpa: number('j_m3d_kpa'),
    oilApi: number('api'),
    gorM3M3: number('gor'),
    casingIdMm: number('casing_id_mm'),
    problems,
  };
}

/** The inverse of `readEquipment`: keys as in `labels.json`, missing ones left out. */
export function writeEquipment(equipment: Equipment): Record<string, unknown> {
  const keys: Record<string, unknown> = {
    installed: equipment.installedMs === null ? null : new Date(equipment.installedMs).toISOString(),
    stages: equipment.stages,
    bep_m3d: equipment.bepM3D,
    pump_curve_60hz:
      equipment.pumpCurve60Hz?.map((p) =>
        Number.isNaN(p.powerKwPerStage)
          ? [p.rateM3D, p.headMPerStage]
          : [p.rateM3D, p.headMPerStage, p.powerKwPerStage],
      ) ?? null,
    motor_kw: equipment.motorKw,
    motor_v: equipment.motorV,
    motor_a: equipment.motorA,
    pump_depth_m: equipment.pumpDepthM,
    perf_depth_m: equipment.perfDepthM,
    pr_kpa: equipment.reservoirKpa,
    j_m3d_kpa: equipment.productivityM3DKpa,
    api: equipment.oilApi,
    gor: equipment.gorM3M3,
    casing_id_mm: equipment.casingIdMm,
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null));
}

function readTime(value: unknown, problems: string[]): number | null {
  if (value === undefined || value === null) return null;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(ms) && ms > 0 && ms < Date.UTC(2100, 0)) return ms;
  problems.push(`installed ${shown(value)} is not a time: taken as missing`);
  return null;
}

function readCurve(value: unknown, problems: string[]): readonly PumpCurvePoint[] | null {
  if (value === undefined || value === null) return null;
  const refuse = (why: string): null => {
    problems.push(`pump_curve_60hz ${why}: taken as missing`);
    return null;
  };
  if (!Array.isArray(value) || value.length < curvePoints.min || value.length > curvePoints.max)
    return refuse(`must be a list of ${curvePoints.min} to ${curvePoints.max} points`);
  const points: PumpCurvePoint[] = [];
  for (const each of value as unknown[]) {
    if (!Array.isArray(each)) return refuse('has a point that is not a list');
    const [rateM3D, headMPerStage, power] = each as unknown[];
    if (typeof rateM3D !== 'number' || !(rateM3D >= 0)) return refuse('has a rate below zero');
    if (typeof headMPerStage !== 'number' || !(headMPerStage >= -1 && headMPerStage < 200))
      return refuse('has a head a stage that is not between -1 and 200 m');
    const powerKwPerStage = typeof power === 'number' && power > 0 && power < 100 ? power : Number.NaN;
    points.push({ rateM3D, headMPerStage, powerKwPerStage });
  }
  points.sort((a, b) => a.rateM3D - b.rateM3D);
  if (points.some((p, i) => i > 0 && p.rateM3D === points[i - 1]?.rateM3D))
    return refuse('names a rate twice');
  const [first, last] = [points[0] as PumpCurvePoint, points.at(-1) as PumpCurvePoint];
  if (!(first.headMPerStage > 0 && last.headMPerStage < first.headMPerStage))
    return refuse('does not fall from a head above zero');
  return points;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 40);
}
