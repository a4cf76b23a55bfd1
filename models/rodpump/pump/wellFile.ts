/** Reads what is known of a rod-pumped well; what is absurd counts as missing, and both are told by name. */
import { z } from 'zod';
import { BalancinError } from '#schemas/errors.js';
import { circleM2, fibreglass, type RodString, rodString, steel } from '../wave/rodString.js';
import { tensilePsi } from './goodman.js';
import type { UnitGeometry } from './unitGeometry.js';

/** Every field may be missing. */
export interface PumpedWell {
  readonly spm: number | null;
  readonly rods: RodString | null;
  /** Tensile strength of each section, psi; null where its grade is not known. */
  readonly tensilePsi: readonly (number | null)[];
  readonly serviceFactor: number;
  readonly pumpDiameterMm: number | null;
  readonly pumpDepthM: number | null;
  readonly tubingAnchored: boolean | null;
  readonly tubingKpa: number | null;
  readonly casingKpa: number | null;
  readonly fluidSg: number | null;
  readonly geometry: UnitGeometry | null;
  readonly unbalanceKn: number;
  readonly counterclockwise: boolean;
  readonly gearboxRatingKnM: number | null;
  readonly counterbalanceKnM: number | null;
  /** Liquid measured at surface and share of the day it runs: evidence for what a card alone cannot tell. */
  readonly measuredM3D: number | null;
  readonly runtimeShare: number;
  /** What was given and not believed, as sentences. */
  readonly problems: readonly string[];
}

const given = z.looseObject({
  spm: z.unknown().optional(),
  rods: z.unknown().optional(),
  service_factor: z.unknown().optional(),
  pump_d_mm: z.unknown().optional(),
  pump_depth_m: z.unknown().optional(),
  tubing: z
    .looseObject({
      anchored: z.unknown().optional(),
      id_mm: z.unknown().optional(),
      pressure_kpa: z.unknown().optional(),
    })
    .optional(),
  casing_kpa: z.unknown().optional(),
  fluid_sg: z.unknown().optional(),
  unit: z.looseObject({}).optional(),
  counterbalance_kn_m: z.unknown().optional(),
  measured_m3_d: z.unknown().optional(),
  runtime: z.unknown().optional(),
});

/** Least and greatest of each [M]: beyond them a figure is a slip of unit or key. */
const ranges = {
  spm: [0.3, 30],
  pump_d_mm: [19, 160],
  pump_depth_m: [50, 5000],
  'tubing.pressure_kpa': [0, 20_000],
  casing_kpa: [0, 20_000],
  fluid_sg: [0.5, 1.3],
  counterbalance_kn_m: [0, 1000],
  measured_m3_d: [0, 1000],
  runtime: [0.01, 1],
  service_factor: [0.3, 1],
  'unit.gearbox_kn_m': [1, 500],
  'unit.unbalance_kn': [-30, 30],
  length_m: [1, 5000],
  d_mm: [9, 60],
} as const;

const geometryKeys = ['a_m', 'c_m', 'i_m', 'p_m', 'h_m', 'g_m', 'r_m'] as const;
const sectionsMax = 20;

/** Throws DATA_INVALID for what is no object at all. */
export function readWell(json: unknown): PumpedWell {
  const parsed = given.safeParse(json);
  if (!parsed.success)
    throw new BalancinError(
      'DATA_INVALID',
      `the well file is not as expected: ${z.prettifyError(parsed.error)}`,
    );
  const w = parsed.data;
  const unit = (w.unit ?? {}) as Record<string, unknown>;
  const problems: string[] = [];
  const number = (name: keyof typeof ranges, value: unknown, at: string = name): number | null => {
    if (value === undefined || value === null) return null;
    const [low, high] = ranges[name];
    if (typeof value === 'number' && value >= low && value <= high) return value;
    problems.push(`${at} ${JSON.stringify(value)} is not between ${low} and ${high}: taken as missing`);
    return null;
  };
  const sections = readRods(w.rods, number, problems);
  const rods = sections === null ? null : rodString(sections.map((s) => s.section));
  const pumpDepthM = number('pump_depth_m', w.pump_depth_m);
  if (rods !== null && pumpDepthM !== null && Math.abs(rods.lengthM / pumpDepthM - 1) > 0.05)
    problems.push(
      `the rods are ${rods.lengthM.toFixed(0)} m long, the pump is at ${pumpDepthM} m: one of them is wrong`,
    );
  return {
    spm: number('spm', w.spm),
    rods,
    tensilePsi: sections?.map((s) => s.tensile) ?? [],
    serviceFactor: number('service_factor', w.service_factor) ?? 1,
    pumpDiameterMm: number('pump_d_mm', w.pump_d_mm),
    pumpDepthM,
    tubingAnchored: typeof w.tubing?.anchored === 'boolean' ? w.tubing.anchored : null,
    tubingKpa: number('tubing.pressure_kpa', w.tubing?.pressure_kpa),
    casingKpa: number('casing_kpa', w.casing_kpa),
    fluidSg: number('fluid_sg', w.fluid_sg),
    geometry: readGeometry(unit, problems),
    unbalanceKn: number('unit.unbalance_kn', unit['unbalance_kn']) ?? 0,
    counterclockwise: unit['rotation'] === 'ccw',
    gearboxRatingKnM: number('unit.gearbox_kn_m', unit['gearbox_kn_m']),
    counterbalanceKnM: number('counterbalance_kn_m', w.counterbalance_kn_m),
    measuredM3D: number('measured_m3_d', w.measured_m3_d),
    runtimeShare: number('runtime', w.runtime) ?? 1,
    problems,
  };
}

type ReadNumber = (name: keyof typeof ranges, value: unknown, at?: string) => number | null;

function readRods(value: unknown, number: ReadNumber, problems: string[]) {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || value.length === 0 || value.length > sectionsMax) {
    problems.push(`rods must be a list of 1 to ${sectionsMax} sections: taken as missing`);
    return null;
  }
  const sections = [];
  for (const [i, each] of (value as unknown[]).entries()) {
    const rod = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>;
    const lengthM = number('length_m', rod['length_m'], `rods[${i}].length_m`);
    const diameterMm = number('d_mm', rod['d_mm'], `rods[${i}].d_mm`);
    if (lengthM === null || diameterMm === null) {
      problems.push(`rods[${i}] has no length_m and d_mm that can be used: the rods are taken as missing`);
      return null;
    }
    const grade = typeof rod['grade'] === 'string' ? rod['grade'].toUpperCase() : '';
    const isFibreglass = grade.startsWith('FIB') || grade === 'FG';
    sections.push({
      section: { lengthM, areaM2: circleM2(diameterMm), ...(isFibreglass ? fibreglass : steel) },
      tensile: tensilePsi[grade] ?? null,
    });
  }
  return sections;
}

function readGeometry(unit: Record<string, unknown>, problems: string[]): UnitGeometry | null {
  if (geometryKeys.every((key) => unit[key] === undefined)) return null;
  const bad = geometryKeys.filter((key) => {
    const value = unit[key];
    return !(typeof value === 'number' && value >= 0 && value < 20 && (value > 0 || key === 'g_m'));
  });
  if (bad.length > 0) {
    problems.push(`unit geometry needs ${bad.join(', ')} in metres: taken as missing`);
    return null;
  }
  const [aM, cM, iM, pM, hM, gM, rM] = geometryKeys.map((key) => unit[key] as number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { aM, cM, iM, pM, hM, gM, rM };
}
