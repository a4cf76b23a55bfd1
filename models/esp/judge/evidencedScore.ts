/** What may be said of a day for want of signals: no mode without any signal that shows it, what equipment lacks by name. */
import type { DayScore } from '../dayScore.js';
import { type Equipment, writeEquipment } from '../equipment.js';
import type { FailureMode } from '../modes.js';
import { type SignalName, signalNames } from '../signals.js';

const currents = ['esp.ia', 'esp.ib', 'esp.ic', 'esp.kw'] as const;
const lift = ['esp.pip', 'esp.pdp', 'well.ql', 'well.whp', ...currents] as const;

/** Where each mode shows itself: without a single one of these it is a guess of the prior. */
const signalsOf: Readonly<Record<FailureMode, readonly SignalName[]>> = {
  broken_shaft: [...lift, 'esp.rpm', 'esp.vx', 'esp.vy', 'esp.vz', 'esp.vpk'],
  motor_burnout: [...currents, 'esp.ti', 'esp.tm', 'esp.te', 'esp.insul', 'esp.leak'],
  insulation_cable: [...currents, 'esp.leak', 'esp.insul', 'esp.vab', 'esp.vbc', 'esp.vca'],
  worn_stage: lift,
  plugged_intake: lift,
  scale_in_pump: [...lift, 'esp.tm'],
  tubing_leak: lift,
  sand: [...lift, 'esp.vx', 'esp.vy', 'esp.vz', 'esp.vpk'],
};

const equipmentKeys = [
  'installed',
  'stages',
  'bep_m3d',
  'pump_curve_60hz',
  'motor_kw',
  'motor_v',
  'motor_a',
  'pump_depth_m',
  'perf_depth_m',
  'pr_kpa',
  'j_m3d_kpa',
  'api',
  'gor',
  'casing_id_mm',
];

/** Without any signal of the last day: what a risk would be made of. */
export function isOfNothing({ missing }: DayScore): boolean {
  return missing.length >= signalNames.length;
}

/** The score without a mode that no signal at hand can show. */
export function evidencedScore(score: DayScore): DayScore {
  const { mode, missing } = score;
  if (mode === null || signalsOf[mode].some((signal) => !missing.includes(signal))) return score;
  return { ...score, mode: null, modeProbability: 0 };
}

/** `equipment.stages` …: given by nobody, or not believed. */
export function missingEquipment(equipment: Equipment): readonly string[] {
  const known = writeEquipment(equipment);
  return equipmentKeys.filter((key) => known[key] === undefined).map((key) => `equipment.${key}`);
}
