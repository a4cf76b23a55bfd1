/** What speaks against rods that have parted, whatever the shape of the card at the pump looks like. */
import type { CardDiagnosis } from '../pump/diagnoseCard.js';

/** Of the peak load: parted rods lift nothing but friction; fluid that is a larger share hangs on rods that are whole [M]. */
const liftedShareMax = 0.15;

/**
 * Fluid load at the plunger, kN, where it is too much for parted rods; null where nothing speaks against them. A card whose
 * level is wrong, because the rods in the well are lighter than those on file, looks like parted rods to the classifier, which
 * knows simulated cards alone.
 */
export function liftedDespiteParting({ pump, surfaceFigures }: CardDiagnosis): number | null {
  if (pump === null) return null;
  return pump.fluidLoadKn > liftedShareMax * surfaceFigures.peakLoadKn ? pump.fluidLoadKn : null;
}
