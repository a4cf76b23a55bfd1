/** Damping by energy balance: what goes in at the polished rod is what the pump takes and what the rods lose on the way. */
import type { RodString } from './rodString.js';

/**
 * c = π a ν / (2 L): ν of rods in wells is about .05–.3, domain notes B3. The search goes a little wider, for thin water and
 * short strings lie below.
 */
export const dampingRange = { lowest: 0.005, start: 0.02, highest: 0.3 } as const;

export function dampingOf(nu: number, soundMS: number, lengthM: number): number {
  return (Math.PI * soundMS * nu) / (2 * lengthM);
}

/**
 * c that loses a work over a stroke: c ≈ 2 T W / (π² S² M), for rods that all move as a sine of stroke `strokeM`.
 * An estimate to step by: rods near the pump move less.
 */
export function dampingForLoss(string: RodString, lossJ: number, periodS: number, strokeM: number): number {
  return (2 * periodS * lossJ) / (Math.PI ** 2 * strokeM ** 2 * string.massKg);
}
