/** How a rod string is cut into steps of depth and a stroke into steps of time, so that marching down stays stable. */
import { type RodString, soundMS } from './rodString.js';

export interface Grid {
  /** Nodes from the polished rod (0) to the pump (nodes − 1). */
  readonly nodes: number;
  /** Points of time a stroke. */
  readonly points: number;
  /** Per step between nodes. */
  readonly stepM: Float64Array;
  /** EA/Δx of each step. */
  readonly stiffnessNM: Float64Array;
  /** ρA of each step. */
  readonly massKgM: Float64Array;
  /** Node at the top of each section. */
  readonly sectionTop: Int32Array;
  /** Greatest Δx/(aΔt) of all steps: above 1 marching down explodes. */
  readonly courant: number;
}

/** Fewer points a stroke than cards have would throw detail away. */
const pointsWanted = 200;
/** More cost time and show nothing: cards come with some hundred points. */
export const pointsMax = 4096;
const stepsMax = 400;
/** Exactly at the limit of 1 the last digit of the load grows on the way down: at .97 it does not, and nothing else changes. */
const courantMax = 0.97;

/** At least `stepsMin` steps of depth. Throws nothing: a string of no length gives NaN further down. */
export function gridOf(string: RodString, periodS: number, stepsMin = 20): Grid {
  const slowest = Math.min(...string.sections.map(soundMS));
  const steps = Math.min(
    stepsMax,
    Math.max(stepsMin, Math.ceil((pointsWanted * string.lengthM) / (periodS * slowest))),
  );
  const target = string.lengthM / steps;
  const counts = string.sections.map((s) => Math.max(1, Math.ceil(s.lengthM / target - 1e-9)));
  const limits = string.sections.map((s, i) => (periodS * soundMS(s) * (counts[i] ?? 1)) / s.lengthM);
  const points = Math.max(16, Math.min(pointsMax, Math.floor(courantMax * Math.min(...limits))));
  return cut(string, counts, points, points / Math.min(...limits));
}

/** A grid of given steps and points, stable or not: for showing what the limit is. */
export function gridWith(string: RodString, periodS: number, steps: number, points: number): Grid {
  const counts = string.sections.map((s) => Math.max(1, Math.round((steps * s.lengthM) / string.lengthM)));
  const limits = string.sections.map((s, i) => (periodS * soundMS(s) * (counts[i] ?? 1)) / s.lengthM);
  return cut(string, counts, points, points / Math.min(...limits));
}

function cut(string: RodString, counts: readonly number[], points: number, courant: number): Grid {
  const steps = counts.reduce((sum, n) => sum + n, 0);
  const grid = {
    nodes: steps + 1,
    points,
    stepM: new Float64Array(steps),
    stiffnessNM: new Float64Array(steps),
    massKgM: new Float64Array(steps),
    sectionTop: new Int32Array(counts.length),
    courant,
  };
  let at = 0;
  for (const [s, section] of string.sections.entries()) {
    const n = counts[s] ?? 1;
    grid.sectionTop[s] = at;
    for (let i = 0; i < n; i++, at++) {
      grid.stepM[at] = section.lengthM / n;
      grid.stiffnessNM[at] = (section.youngPa * section.areaM2 * n) / section.lengthM;
      grid.massKgM[at] = section.densityKgM3 * section.areaM2;
    }
  }
  return grid;
}
