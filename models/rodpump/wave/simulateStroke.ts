/** The wave equation forward in time: a polished rod that moves and a pump that resists give the cards at both ends. */
import { type Bounds, boundsAt, type PumpModel } from './pumpModel.js';
import { type RodString, soundMS } from './rodString.js';

export interface Simulation {
  readonly string: RodString;
  readonly pump: PumpModel;
  readonly periodS: number;
  /** Polished rod at a phase 0–1 of the stroke, m above its lowest place. */
  readonly polishedRodM: (phase: number) => number;
  readonly dampingPerS: number;
  /** Steps of depth. */
  readonly steps?: number;
  /** Strokes until it is steady; the last is returned. */
  readonly strokes?: number;
  /** Stiffness of the tubing where it is not anchored, N/m. */
  readonly tubingNM?: number;
}

export interface SimulatedCards {
  readonly surface: { readonly positionM: Float64Array; readonly loadN: Float64Array };
  readonly downhole: { readonly positionM: Float64Array; readonly loadN: Float64Array };
}

/** a Δt / Δx: forward the limit is 1 from the other side. */
const courant = 0.9;

/**
 * Loads are relative (no weight of rods). Explicit central differences on equal times of travel; the pump node moves only
 * with a load outside of what the pump can hold at rest, which is how ideal valves behave: a friction of load.
 */
export function simulateStroke(simulation: Simulation): SimulatedCards {
  const { string, pump, periodS, dampingPerS: c } = simulation;
  const steps = simulation.steps ?? 120;
  const travelS = string.sections.reduce((sum, s) => sum + s.lengthM / soundMS(s), 0) / steps;
  const points = Math.ceil(periodS / (courant * travelS));
  const dtS = periodS / points;
  const { stiffness, massKg } = nodesOf(string, steps);
  let past = new Float64Array(steps + 1);
  let now = new Float64Array(steps + 1);
  let next = new Float64Array(steps + 1);
  const cards = [points, points].map((n) => ({
    positionM: new Float64Array(n),
    loadN: new Float64Array(n),
  })) as [SimulatedCards['surface'], SimulatedCards['downhole']];
  const bounds: Bounds = { low: 0, high: 0 };
  const start = -simulation.polishedRodM(0);
  past.fill(start);
  now.fill(start);
  const end = steps;
  const stuckAt = start;
  const spring = simulation.tubingNM ?? 0;
  let slider = start;
  let bottom = start;
  let lowest = start;
  const total = points * (simulation.strokes ?? 8);
  for (let step = 0; step < total; step++) {
    const j = step % points;
    if (j === 0 && step > 0) {
      bottom = lowest;
      lowest = Number.NEGATIVE_INFINITY;
    }
    next[0] = -simulation.polishedRodM(((step + 1) % points) / points);
    const damp = c * dtS;
    for (let i = 1; i < end; i++) {
      const u = now[i] as number;
      const pull =
        (stiffness[i] as number) * ((now[i + 1] as number) - u) -
        (stiffness[i - 1] as number) * (u - (now[i - 1] as number));
      next[i] =
        (2 * u - (1 - damp / 2) * (past[i] as number) + (dtS * dtS * pull) / (massKg[i] as number)) /
        (1 + damp / 2);
    }
    // The plunger: what load would hold it where it is?
    const u = now[end] as number;
    const m = massKg[end] as number;
    const rod = (stiffness[end - 1] as number) * (u - (now[end - 1] as number));
    const hold =
      rod +
      (m / (dtS * dtS)) * (u - 2 * u + (1 - damp / 2) * (past[end] as number)) +
      (m * damp * u) / (2 * dtS * dtS);
    const speedMS = -(u - (past[end] as number)) / dtS;
    boundsAt(pump, (bottom - u) / pump.strokeM, speedMS, bounds);
    let load: number;
    if (pump.condition === 'stuck_plunger') load = rod;
    else if (spring > 0) {
      // Tubing gives way before the valves change: the load follows a spring between its bounds.
      let pulled = spring * (slider - u);
      if (pulled > bounds.high) slider = u + bounds.high / spring;
      if (pulled < bounds.low) slider = u + bounds.low / spring;
      pulled = Math.min(Math.max(spring * (slider - u), bounds.low), bounds.high);
      load = pulled;
    } else load = Math.min(Math.max(hold, bounds.low), bounds.high);
    next[end] =
      pump.condition === 'stuck_plunger'
        ? stuckAt
        : (2 * u - (1 - damp / 2) * (past[end] as number) + (dtS * dtS * (load - rod)) / m) / (1 + damp / 2);
    lowest = Math.max(lowest, next[end]);
    if (step >= total - points) {
      const [surface, downhole] = cards;
      const after = next[0];
      const inertia =
        (after - 2 * (now[0] as number) + (past[0] as number)) / (dtS * dtS) +
        (c * (after - (past[0] as number))) / (2 * dtS);
      surface.positionM[j] = -(now[0] as number);
      surface.loadN[j] =
        (stiffness[0] as number) * ((now[1] as number) - (now[0] as number)) -
        (massKg[0] as number) * inertia;
      downhole.positionM[j] = -u;
      downhole.loadN[j] = load;
    }
    const free = past;
    past = now;
    now = next;
    next = free;
  }
  return { surface: cards[0], downhole: cards[1] };
}

/** Springs between nodes of equal travel time and the mass at each node, half at both ends. */
function nodesOf(string: RodString, steps: number): { stiffness: Float64Array; massKg: Float64Array } {
  const totalS = string.sections.reduce((sum, s) => sum + s.lengthM / soundMS(s), 0);
  const stiffness = new Float64Array(steps);
  const massKg = new Float64Array(steps + 1);
  let section = 0;
  let untilS = 0;
  for (let i = 0; i < steps; i++) {
    const midS = ((i + 0.5) * totalS) / steps;
    while (section < string.sections.length - 1) {
      const s = string.sections[section];
      if (s === undefined || untilS + s.lengthM / soundMS(s) > midS) break;
      untilS += s.lengthM / soundMS(s);
      section++;
    }
    const s = string.sections[section];
    if (s === undefined) break;
    const stepM = (soundMS(s) * totalS) / steps;
    stiffness[i] = (s.youngPa * s.areaM2) / stepM;
    const half = (s.densityKgM3 * s.areaM2 * stepM) / 2;
    massKg[i] = (massKg[i] as number) + half;
    massKg[i + 1] = (massKg[i + 1] as number) + half;
  }
  return { stiffness, massKg };
}
