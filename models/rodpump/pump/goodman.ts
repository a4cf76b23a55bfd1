/** How hard rods are worked: the modified Goodman diagram of API. */
import { kPaPerPsi } from '#schemas/signals/oilfieldFactors.js';

/** Least tensile strength by API grade, psi (API Spec 11B; HS as makers print it [M]). */
export const tensilePsi: Readonly<Record<string, number>> = { C: 90_000, K: 90_000, D: 115_000, HS: 140_000 };

export interface GoodmanLoading {
  readonly minPsi: number;
  readonly maxPsi: number;
  /** Greatest stress allowed at this least stress, psi. */
  readonly allowedPsi: number;
  /** Range of stress ÷ range allowed: above 1 the rods tire before their time. */
  readonly loading: number;
}

/** S_a = (T/4 + .5625 S_min) × service factor. */
export function allowedStressPsi(tensile: number, minPsi: number, serviceFactor = 1): number {
  return (tensile / 4 + 0.5625 * minPsi) * serviceFactor;
}

/** `loading` is infinite where nothing is allowed. */
export function goodman(minPsi: number, maxPsi: number, tensile: number, serviceFactor = 1): GoodmanLoading {
  const allowedPsi = allowedStressPsi(tensile, minPsi, serviceFactor);
  const room = allowedPsi - minPsi;
  return {
    minPsi,
    maxPsi,
    allowedPsi,
    loading: room > 0 ? (maxPsi - minPsi) / room : Number.POSITIVE_INFINITY,
  };
}

export const psiPerPa = 1 / (1000 * kPaPerPsi);
