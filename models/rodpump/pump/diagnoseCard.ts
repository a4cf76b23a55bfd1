/** All that one card says of a well: what is missing drops by name what needs it. */
import { extentOf, areaOf } from '../wave/loop.js';
import { PumpCardSolver } from '../wave/pumpCard.js';
import { circleM2, gravityMS2, weightInFluidN } from '../wave/rodString.js';
import { type RawCard, repairCard } from './cardRepair.js';
import { type GearboxTorque, gearboxTorque } from './gearboxTorque.js';
import { type GoodmanLoading, goodman, psiPerPa } from './goodman.js';
import { type PumpOffAdvice, stepPumpOff } from './pumpOff.js';
import type { PumpedWell } from './wellFile.js';

export interface SurfaceFigures {
  readonly points: number;
  readonly strokeM: number;
  readonly peakLoadKn: number;
  readonly leastLoadKn: number;
  readonly workKj: number;
  /** Power at the polished rod, kW; null without spm. */
  readonly polishedRodKw: number | null;
}

export interface PumpFigures {
  readonly grossStrokeM: number;
  /** Stroke below the opening of the travelling valve: what lifts liquid. */
  readonly netStrokeM: number | null;
  /** 0–1. Both null where the rods carry no fluid to speak of. */
  readonly fillage: number | null;
  readonly fluidLoadKn: number;
  readonly workKj: number;
  readonly dampingPerS: number;
  /** Share of the stroke that the load takes to leave the rods: slow with gas, at once with pound. */
  readonly releaseShare: number;
}

export interface SectionLoading extends GoodmanLoading {
  readonly section: number;
}

export interface CardDiagnosis {
  readonly ok: true;
  readonly surfaceFigures: SurfaceFigures;
  /** Why only the figures above can be believed and no shape; null for a whole card. */
  readonly shapeProblem: string | null;
  /** The mended card. */
  readonly surface: { readonly positionM: readonly number[]; readonly loadKn: readonly number[] };
  readonly downhole: { readonly positionM: readonly number[]; readonly loadKn: readonly number[] } | null;
  readonly pump: PumpFigures | null;
  readonly displacementM3D: number | null;
  readonly intakeKpa: number | null;
  /** Depth of the liquid in the annulus, m, from the intake pressure: no shot. */
  readonly fluidLevelM: number | null;
  readonly goodman: readonly SectionLoading[] | null;
  readonly torque: (GearboxTorque & { readonly ratingShare: number | null }) | null;
  readonly pumpOff: {
    readonly advice: PumpOffAdvice;
    readonly strokesNeeded: number;
    readonly gas: boolean;
  } | null;
  /** What could not be said, and what would be needed for it. */
  readonly missing: readonly { readonly what: string; readonly needs: string }[];
  /** What was mended, doubted or is worth knowing. */
  readonly notes: readonly string[];
}

export type DiagnosedCard = CardDiagnosis | { readonly ok: false; readonly reason: string };

/** A load that leaves the rods over a longer share of the stroke is pressed by gas, not let go by an empty barrel [M]. */
const gasReleaseShare = 0.1;
/** What no card of the pump gives. */
const nothingBelow = {
  downhole: null,
  pump: null,
  displacementM3D: null,
  intakeKpa: null,
  fluidLevelM: null,
  pumpOff: null,
} as const;

/** Below this load between the ways the pump lifts nothing, and fillage says nothing [M]. */
const fluidLoadMinShare = 0.05;

export function diagnoseCard(raw: RawCard, well: PumpedWell, solver = new PumpCardSolver()): DiagnosedCard {
  const card = repairCard(raw);
  if (!card.ok) return card;
  const { positionM, loadKn } = card;
  const notes = [...card.notes, ...well.problems];
  const missing: { what: string; needs: string }[] = [];
  const stroke = extentOf(positionM);
  const load = extentOf(loadKn);
  const workKj = areaOf(positionM, loadKn);
  const surfaceFigures = {
    points: positionM.length,
    strokeM: stroke.high - stroke.low,
    peakLoadKn: load.high,
    leastLoadKn: load.low,
    workKj,
    polishedRodKw: well.spm === null || card.shapeProblem !== null ? null : (workKj * well.spm) / 60,
  };
  const result = {
    ok: true as const,
    surfaceFigures,
    shapeProblem: card.shapeProblem,
    surface: { positionM: Array.from(positionM), loadKn: Array.from(loadKn) },
    missing,
    notes,
  };
  const absent = (names: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(names).flatMap(([name, value]) => (value === null ? [name] : []));
  const drop = (what: string, needs: readonly string[]) => missing.push({ what, needs: needs.join(', ') });
  if (surfaceFigures.polishedRodKw === null && well.spm === null) drop('polished rod power', ['spm']);
  if (card.shapeProblem !== null) {
    drop('downhole card and all that follows from it', [`a whole card: ${card.shapeProblem}`]);
    return { ...result, ...nothingBelow, goodman: null, torque: null };
  }
  const torque = torqueOf(well, positionM, loadKn, drop, absent);
  const needs = absent({ spm: well.spm, rods: well.rods });
  if (well.spm === null || well.rods === null) {
    drop('downhole card, fillage, strokes of the pump, pump-off advice', needs);
    drop('displacement, intake pressure, fluid level', [
      ...needs,
      ...absent({ pump_d_mm: well.pumpDiameterMm }),
    ]);
    const top = topSection(well, load, drop);
    return { ...result, ...nothingBelow, goodman: top, torque };
  }
  const fluidSg = well.fluidSg ?? 0;
  if (well.fluidSg === null) drop('level of the downhole loads, loads of the lower rods', ['fluid_sg']);
  solver.solve(
    well.rods,
    { positionM, loadN: loadKn.map((kn) => kn * 1000), periodS: 60 / well.spm },
    fluidSg,
  );
  const { levels } = solver;
  const fluidLoadKn = (levels.highN - levels.lowN) / 1000;
  const moves = levels.grossM > 0.1 * surfaceFigures.strokeM;
  const lifts = moves && fluidLoadKn > fluidLoadMinShare * load.high;
  if (solver.dampingAtLimit)
    notes.push(
      'the damping ran to its limit: loads that go with the speed of the plunger (a leak, thick oil) look like damping',
    );
  if (!moves) notes.push('the plunger hardly moves: it is stuck, or the rods are longer than given');
  else if (!lifts)
    notes.push('the rods carry next to no fluid: no fillage is given (rods parted, pump open or gas-locked)');
  if (well.tubingAnchored === false)
    notes.push('the tubing is not anchored: part of the plunger’s stroke is the tubing’s stretch');
  const fillage = lifts ? Math.min(1, levels.netM / levels.grossM) : null;
  const pump = moves
    ? {
        grossStrokeM: levels.grossM,
        netStrokeM: lifts ? levels.netM : null,
        fillage,
        fluidLoadKn,
        workKj: solver.pumpWorkJ / 1000,
        dampingPerS: solver.dampingPerS,
        releaseShare: levels.releaseShare,
      }
    : null;
  const areaM2 = well.pumpDiameterMm === null ? null : circleM2(well.pumpDiameterMm);
  if (areaM2 === null) drop('displacement', ['pump_d_mm']);
  const displacementM3D =
    areaM2 === null || !lifts ? null : areaM2 * levels.netM * well.spm * 1440 * well.runtimeShare;
  const intake = lifts
    ? intakeOf(well, fluidLoadKn, areaM2, drop, absent, notes)
    : { intakeKpa: null, fluidLevelM: null };
  const gas = fillage !== null && fillage < 0.95 && levels.releaseShare > gasReleaseShare;
  const step = stepPumpOff({ lowStrokes: 0 }, { fillage, gas });
  const shiftKn = well.fluidSg === null ? levels.lowN / 1000 : 0;
  return {
    ...result,
    downhole: {
      positionM: Array.from(solver.positionM.subarray(0, solver.points)),
      loadKn: Array.from(solver.loadN.subarray(0, solver.points), (n) => n / 1000 - shiftKn),
    },
    pump,
    displacementM3D,
    ...intake,
    goodman: well.fluidSg === null ? topSection(well, load, drop) : sectionLoadings(well, solver, drop),
    torque,
    pumpOff: lifts ? { advice: step.advice, strokesNeeded: step.strokesNeeded, gas } : null,
  };
}

type Drop = (what: string, needs: readonly string[]) => void;
type Absent = (names: Readonly<Record<string, unknown>>) => string[];

function torqueOf(
  well: PumpedWell,
  positionM: Float64Array,
  loadKn: Float64Array,
  drop: Drop,
  absent: Absent,
) {
  if (well.geometry === null) {
    drop('gearbox torque', absent({ 'unit geometry': well.geometry }));
    return null;
  }
  const result = gearboxTorque({
    geometry: well.geometry,
    positionM,
    loadKn,
    unbalanceKn: well.unbalanceKn,
    momentKnM: well.counterbalanceKnM,
    reversed: well.counterclockwise,
  });
  if (!result.ok) {
    drop('gearbox torque', [result.reason]);
    return null;
  }
  if (well.counterbalanceKnM === null) drop('net torque', ['counterbalance_kn_m']);
  const { netPeakKnM } = result.torque;
  const rating = well.gearboxRatingKnM;
  return {
    ...result.torque,
    ratingShare: netPeakKnM === null || rating === null ? null : netPeakKnM / rating,
  };
}

/** p_i = p_d − F_o / A: what the pump does not lift, the well pushes. */
function intakeOf(
  well: PumpedWell,
  fluidLoadKn: number,
  areaM2: number | null,
  drop: Drop,
  absent: Absent,
  notes: string[],
) {
  const none = { intakeKpa: null, fluidLevelM: null };
  const { pumpDepthM, fluidSg, tubingKpa } = well;
  const needs = absent({
    pump_d_mm: areaM2,
    pump_depth_m: pumpDepthM,
    fluid_sg: fluidSg,
    'tubing.pressure_kpa': tubingKpa,
  });
  if (areaM2 === null || pumpDepthM === null || fluidSg === null || tubingKpa === null) {
    drop('intake pressure, fluid level', needs);
    return none;
  }
  const kpaPerM = fluidSg * gravityMS2;
  const intakeKpa = tubingKpa + kpaPerM * pumpDepthM - fluidLoadKn / areaM2;
  if (intakeKpa < 0) {
    notes.push(
      `the fluid load asks for an intake pressure of ${intakeKpa.toFixed(0)} kPa: friction, or pump_d_mm or fluid_sg are wrong; none is given`,
    );
    return none;
  }
  if (well.casingKpa === null) {
    drop('fluid level', ['casing_kpa']);
    return { intakeKpa, fluidLevelM: null };
  }
  const submergedM = (intakeKpa - well.casingKpa) / kpaPerM;
  if (submergedM < 0 || submergedM > pumpDepthM) {
    notes.push(
      'intake and casing pressure do not fit a liquid level between surface and pump: none is given',
    );
    return { intakeKpa, fluidLevelM: null };
  }
  return { intakeKpa, fluidLevelM: pumpDepthM - submergedM };
}

function topSection(
  well: PumpedWell,
  load: { readonly low: number; readonly high: number },
  drop: Drop,
): SectionLoading[] | null {
  const section = well.rods?.sections[0];
  const tensile = well.tensilePsi[0] ?? null;
  if (section === undefined || tensile === null) {
    drop('Goodman loading', [section === undefined ? 'rods' : `rods[0].grade (${gradeNames})`]);
    return null;
  }
  const psi = (kn: number) => ((kn * 1000) / section.areaM2) * psiPerPa;
  return [{ section: 0, ...goodman(psi(load.low), psi(load.high), tensile, well.serviceFactor) }];
}

const gradeNames = 'C, K, D or HS';

function sectionLoadings(well: PumpedWell, solver: PumpCardSolver, drop: Drop): SectionLoading[] | null {
  const { rods } = well;
  if (rods === null || well.fluidSg === null) return null;
  const loadings: SectionLoading[] = [];
  for (const [i, section] of rods.sections.entries()) {
    const tensile = well.tensilePsi[i] ?? null;
    if (tensile === null) {
      drop(`Goodman loading of section ${i}`, [`rods[${i}].grade (${gradeNames})`]);
      continue;
    }
    const weightN = weightInFluidN(rods, well.fluidSg, i);
    const psi = (relativeN: number | undefined) => (((relativeN ?? 0) + weightN) / section.areaM2) * psiPerPa;
    loadings.push({
      section: i,
      ...goodman(psi(solver.sectionLowN[i]), psi(solver.sectionHighN[i]), tensile, well.serviceFactor),
    });
  }
  return loadings.length > 0 ? loadings : null;
}
