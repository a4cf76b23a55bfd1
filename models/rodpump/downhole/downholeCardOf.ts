/** The downhole card of a diagnosis, as its classifier wants it. */
import type { CardDiagnosis } from '../pump/diagnoseCard.js';
import type { PumpedWell } from '../pump/wellFile.js';
import { weightInFluidN } from '../wave/rodString.js';
import type { DownholeCard } from './downholeInput.js';

/** Null where there is none. */
export function downholeCardOf(diagnosis: CardDiagnosis, well: PumpedWell): DownholeCard | null {
  const { downhole, surfaceFigures } = diagnosis;
  if (downhole === null) return null;
  return {
    ...downhole,
    surfaceStrokeM: surfaceFigures.strokeM,
    surfaceRangeKn: surfaceFigures.peakLoadKn - surfaceFigures.leastLoadKn,
    rodWeightKn:
      well.rods === null || well.fluidSg === null ? null : weightInFluidN(well.rods, well.fluidSg) / 1000,
  };
}
