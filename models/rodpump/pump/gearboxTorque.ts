/** Torque on the gearbox over a stroke, and the counterbalance that would make both its peaks equal. */
import { motionOf, polishedRodM, type UnitGeometry } from './unitGeometry.js';

export interface GearboxTorque {
  /** From the rods alone: greatest and least over the stroke, kN·m. */
  readonly rodHighKnM: number;
  readonly rodLowKnM: number;
  /** With the counterbalance; null where its moment is not known. */
  readonly netPeakKnM: number | null;
  /** Moment that makes the greatest torque smallest, kN·m, and that torque. */
  readonly bestMomentKnM: number;
  readonly bestPeakKnM: number;
}

export type TorqueResult =
  | { readonly ok: true; readonly torque: GearboxTorque }
  | { readonly ok: false; readonly reason: string };

export interface TorqueInput {
  readonly geometry: UnitGeometry;
  /** One stroke from its bottom at equal times. */
  readonly positionM: Float64Array;
  readonly loadKn: Float64Array;
  /** Load that balances the beam without rods, kN (B of API 11E). */
  readonly unbalanceKn: number;
  readonly momentKnM: number | null;
  /** The crank turns the other way. */
  readonly reversed: boolean;
}

const strokeShareMax = 0.1;

/**
 * By virtual work: torque = (load − B) · dx/dθ − M sin θ, the crank turning evenly, θ from 12 o'clock. Refuses a card whose
 * stroke is not the unit's.
 */
export function gearboxTorque(input: TorqueInput): TorqueResult {
  const { geometry, positionM, loadKn } = input;
  const motion = motionOf(geometry);
  if (motion === null) return { ok: false, reason: 'the unit geometry does not close: its bars cannot turn' };
  const n = positionM.length;
  const strokeM = positionM.reduce((a, b) => Math.max(a, b)) - positionM.reduce((a, b) => Math.min(a, b));
  if (Math.abs(strokeM / motion.strokeM - 1) > strokeShareMax)
    return {
      ok: false,
      reason: `the unit geometry strokes ${motion.strokeM.toFixed(2)} m, the card ${strokeM.toFixed(2)} m: it is another unit or another crank hole`,
    };
  const turn = input.reversed ? -1 : 1;
  const rod = new Float64Array(n);
  const sine = new Float64Array(n);
  const stepRad = (2 * Math.PI) / n;
  for (let j = 0; j < n; j++) {
    const crankRad = motion.bottomRad + turn * j * stepRad;
    const slope =
      (polishedRodM(geometry, crankRad + stepRad / 2) - polishedRodM(geometry, crankRad - stepRad / 2)) /
      stepRad;
    rod[j] = ((loadKn[j] as number) - input.unbalanceKn) * slope * turn;
    sine[j] = Math.sin(crankRad) * turn;
  }
  // The weights hang opposite to the crank's pull on the rods: positive moment helps on the way up.
  const helps = rod.reduce((sum, torque, j) => sum + torque * (sine[j] as number), 0) >= 0 ? 1 : -1;
  const peak = (moment: number) =>
    rod.reduce(
      (most, torque, j) => Math.max(most, Math.abs(torque - helps * moment * (sine[j] as number))),
      0,
    );
  const bestMomentKnM = least(peak, 0, 2 * rod.reduce((most, torque) => Math.max(most, Math.abs(torque)), 0));
  return {
    ok: true,
    torque: {
      rodHighKnM: rod.reduce((a, b) => Math.max(a, b)),
      rodLowKnM: rod.reduce((a, b) => Math.min(a, b)),
      netPeakKnM: input.momentKnM === null ? null : peak(input.momentKnM),
      bestMomentKnM,
      bestPeakKnM: peak(bestMomentKnM),
    },
  };
}

/** Where a function with one valley is least: by thirds. */
function least(of: (x: number) => number, from: number, until: number): number {
  let [low, high] = [from, until];
  for (let i = 0; i < 80; i++) {
    const third = (high - low) / 3;
    if (of(low + third) < of(high - third)) high -= third;
    else low += third;
  }
  return (low + high) / 2;
}
